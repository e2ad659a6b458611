internal import Bytes
internal import Cryptography

/// Which plan of this machine is meant: a profile with its repository and its database.
///
/// Two configurations may have no profile and share a repository, and are two plans all the same.
public struct PlanIdentity: Sendable, Equatable {
  /// The profile; nil for what stands at the top of the configuration.
  public var profile: String?
  /// The repository's address.
  public var repository: String
  /// The database, without a password.
  public var database: String

  /// Makes an identity.
  public init(profile: String?, repository: String, database: String) {
    self.profile = profile
    self.repository = repository
    self.database = database
  }

  /// A name for a directory: what people know it by, and what tells it from all others.
  public var name: String {
    get throws {
      let whole = [profile ?? "", repository, database].joined(separator: "\0")
      let digest = try SHA256.hash(Array(whole.utf8)).prefix(6)
      let word = (profile ?? "default").prefix(40).map { character in
        character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
      }
      return "\(String(word))-\(Hex.text(digest))"
    }
  }
}
