public import Arguments
internal import ObjectStore
internal import Postgres
internal import Problems
internal import Reports
internal import Repository

/// Where `copy` writes to, and what opens it.
public struct CopyTarget: ArgumentGroup, Equatable {
  /// The second repository.
  public var address = ""
  /// Whether it is made first.
  public var isNew = false
  /// A file with its passphrase.
  public var passphraseFile: String?
  /// Whether a new one is not encrypted.
  public var isUnencrypted = false
  /// Whether nothing is ever to be removed from a new one.
  public var isAppendOnly = false

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    requiredOption(
      "--to",
      \.address,
      value: "URL",
      "The second repository: a directory or a URL.",
      completion: .directory
    )
    flag("--init", \.isNew, "First make the second repository, in an empty place.")
    option(
      "--to-passphrase-file",
      \.passphraseFile,
      value: "FILE",
      "Read the second repository's passphrase from this file.",
      completion: .file
    )
    flag(
      "--to-unencrypted",
      \.isUnencrypted,
      "With --init: do not encrypt the copy; damage is still noticed."
    )
    flag(
      "--to-append-only",
      \.isAppendOnly,
      "With --init: let no drydock remove anything from the copy, for good."
    )
  }

  /// The second repository, made or opened; nil for a dry run with --init.
  func repository(
    copyOf source: Repository,
    isDryRun: Bool,
    in context: Context
  ) async throws -> Repository? {
    guard isNew || !(isUnencrypted || isAppendOnly) else {
      throw Problem(
        .usage,
        code: "usage.copy-without-init",
        "--to-unencrypted and --to-append-only are for a repository that --init makes",
        hint: "Leave them out: a repository that exists says itself what it is."
      )
    }
    let store = try context.store(at: address)
    guard isNew else { return try await open(in: context) }
    if isUnencrypted, try given(in: context) != nil {
      throw Problem(
        .usage,
        code: "usage.contradiction",
        "--to-unencrypted and a passphrase for \(address) do not go together",
        reason: "with one given, a repository without encryption is refused",
        hint: "Leave out --to-unencrypted, or " + Self.withoutPassphrase + ". Nothing was made."
      )
    }
    if isDryRun { return nil }
    let encryption: Repository.Encryption =
      isUnencrypted ? .none : .passphrase(try passphrase(in: context).secret)
    let repository = try await Lane("drydock.repository").run { [isAppendOnly] in
      try Repository.create(
        in: store,
        encryption: encryption,
        copyOf: source,
        isAppendOnly: isAppendOnly
      )
    }
    context.note("made the repository \(store.location) as a copy of \(source.store.location)")
    return repository
  }

  private func open(in context: Context) async throws -> Repository {
    let store = try context.store(at: address)
    do {
      if let given = try given(in: context) {
        return try await context.open(store, given.secret)
      }
      do {
        return try await context.open(store, nil)
      } catch let problem as Problem where problem.code == "repository.needs-passphrase" {
        return try await context.open(store, try passphrase(in: context).secret)
      }
    } catch var problem as Problem {
      // The words are those of every repository; what to do next is another thing here.
      switch problem.code {
      case "repository.not-found":
        problem.hint = "Check --to, or make the second repository there with --init."
      case "repository.wrong-passphrase":
        problem.hint =
          "Check \(Passphrase.targetVariable) or --to-passphrase-file: the second "
          + "repository has a passphrase of its own."
      case "repository.not-encrypted":
        problem.hint =
          "Nothing was written to it. If an encrypted copy was there, find out who changed the "
          + "store. If it is meant to have no encryption, " + Self.withoutPassphrase + "."
      default: break
      }
      throw problem
    }
  }

  private static let withoutPassphrase =
    "leave out --to-passphrase-file, \(Passphrase.targetVariable) and DRYDOCK_TO_PASSPHRASE_FILE"

  private func given(in context: Context) throws -> Passphrase? {
    let environment = context.world.environment
    let file = environment["DRYDOCK_TO_PASSPHRASE_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    var source = file.map(PassphraseSource.file)
    if let passphrase = context.world.targetPassphrase { source = .environment(passphrase) }
    if let passphraseFile { source = .file(passphraseFile) }
    return try source?.read(environment: environment)
  }

  private func passphrase(in context: Context) throws -> Passphrase {
    if let given = try given(in: context) { return given }
    context.progress.clear()
    let question = "Passphrase of \(address): "
    if context.world.isInteractive, let text = try context.world.askSecret(question), !text.isEmpty
    {
      return Passphrase(text: text)
    }
    throw Problem(
      .usage,
      code: "passphrase.missing",
      "No passphrase is given for \(address)",
      hint: "Set \(Passphrase.targetVariable), or give --to-passphrase-file FILE."
    )
  }
}
