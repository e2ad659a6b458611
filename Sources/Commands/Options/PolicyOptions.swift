public import Arguments
internal import Files
internal import Problems
internal import Rehearsal

/// The option that names the policy.
public struct PolicyOptions: ArgumentGroup, Equatable {
  /// The file as it was given.
  public var policy: String?

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--policy",
      \.policy,
      value: "FILE",
      "What a rehearsal must show; the receipt binds it (docs/receipts.md).",
      completion: .file
    )
  }

  /// The policy: as given, or the configured one; nil for none.
  ///
  /// A configured one is honoured where nobody who writes a pull request can change it.
  func read(in context: Context) throws -> PolicyFile? {
    if let policy {
      return try PolicyReader.read(context.absolute(path: policy))
    }
    guard let policy = context.configuration.policy else { return nil }
    let path = context.absolute(path: policy)
    let search = ConfigurationSearch(
      environment: context.world.environment,
      directory: context.world.directory,
      systemDirectory: context.world.systemDirectory
    )
    guard search.isTrusted(path) else {
      throw Problem(
        .usage,
        code: "policy.untrusted",
        "The policy file \(path) is not honoured",
        reason: "it lies in the checkout, or others than its owner and root may write it",
        hint: "Keep it in /etc/drydock or ~/.config/drydock, or name it with --policy."
      )
    }
    return try PolicyReader.read(path)
  }
}
