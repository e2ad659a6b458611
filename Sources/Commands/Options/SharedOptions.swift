public import Arguments

/// The options of every command.
public struct SharedOptions: ArgumentGroup, Equatable {
  /// A configuration file, trusted because it was named.
  public var config: String?
  /// A named set of settings in the configuration.
  public var profile: String?
  /// Where the snapshots are.
  public var repository: String?
  /// A file that holds the passphrase.
  public var passphraseFile: String?
  /// A file that holds a key instead of a passphrase.
  public var keyFile: String?
  /// Whether results and errors are JSON.
  public var isJSON = false
  /// Whether nothing is said beyond results and errors.
  public var isQuiet = false
  /// Whether more is said.
  public var isVerbose = false

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--config",
      \.config,
      value: "FILE",
      "Read this configuration file, and trust it.",
      completion: .file
    ).listed(under: heading)
    option(
      "--profile",
      \.profile,
      value: "NAME",
      "Use this profile of the configuration.",
      completion: .profiles
    )
    .listed(under: heading)
    option(
      "--repository",
      \.repository,
      value: "URL",
      "Where the snapshots are: a directory or a URL.",
      completion: .directory
    ).listed(under: heading)
    option(
      "--passphrase-file",
      \.passphraseFile,
      value: "FILE",
      "Read the repository's passphrase from this file.",
      completion: .file
    ).listed(under: heading)
    option(
      "--key-file",
      \.keyFile,
      value: "FILE",
      "Open the repository with the key in this file.",
      completion: .file
    ).listed(under: heading)
    flag("--json", \.isJSON, "Write results, events and errors as JSON lines.")
      .listed(under: heading)
    flag("--quiet", \.isQuiet, "Show no progress and no notes.").listed(under: heading)
    flag("--verbose", short: "-v", \.isVerbose, "Say more about what is done.")
      .listed(under: heading)
  }

  private static let heading = "Options of every command"
}
