internal import Problems
internal import Processes

/// Where the passphrase comes from.
///
/// An argument is never one of the places.
public enum PassphraseSource: Sendable, Equatable {
  /// The environment, from which it has been wiped.
  case environment(Passphrase)
  /// A file that only its owner may read.
  case file(String)
  /// The output of a program, called without a shell: a password manager or a secrets store.
  case command([String])

  /// Fetches the passphrase.
  ///
  /// `environment` is what a program inherits, after everything but a short list was taken out.
  public func read(environment: [String: String]) throws -> Passphrase {
    let passphrase =
      switch self {
      case .environment(let passphrase): passphrase
      case .file(let path): try Self.read(file: path)
      case .command(let words): try Self.run(words, environment)
      }
    guard !passphrase.bytes.isEmpty else {
      throw Problem(
        .usage,
        code: "passphrase.empty",
        "The passphrase from \(name) is empty"
      )
    }
    return passphrase
  }

  /// What messages call the place.
  public var name: String {
    switch self {
    case .environment: Passphrase.variable
    case .file(let path): path
    case .command(let words): "the program \(words.first ?? "")"
    }
  }

  private static func read(file path: String) throws -> Passphrase {
    Passphrase(content: try SecretFile.contents(of: path, what: "passphrase"))
  }

  private static func run(_ words: [String], _ environment: [String: String]) throws -> Passphrase {
    let failure = { (reason: String) in
      Problem(
        .usage,
        code: "passphrase.command-failed",
        "The program of passphrase_command failed: \(words.first ?? "")",
        reason: reason,
        hint: "Run it by hand. It must print the passphrase and nothing else."
      )
    }
    guard let program = words.first, program.hasPrefix("/") else {
      throw failure("its first word must be an absolute path")
    }
    let outcome = try Invocation(
      program,
      Array(words.dropFirst()),
      environment: EnvironmentWhitelist.system.filtering(environment)
    ).run(output: .captured(limit: 1 << 16), timeLimit: .seconds(60))
    guard outcome.status.isSuccess else { throw failure("it \(outcome.status)") }
    return Passphrase(content: outcome.output)
  }
}
