/// What a repository keeps of one verification: that it proved something, or that it failed.
public enum ProofRecord: Sendable, Equatable {
  /// The snapshot passed.
  case proof(Proof)
  /// It did not.
  case failure(ProofFailure)

  /// The proof; nil for a failure.
  public var proof: Proof? {
    guard case .proof(let proof) = self else { return nil }
    return proof
  }

  /// The failure; nil for a proof.
  public var failure: ProofFailure? {
    guard case .failure(let failure) = self else { return nil }
    return failure
  }

  /// The name of the snapshot that was verified.
  public var snapshot: String {
    switch self {
    case .proof(let proof): proof.snapshot
    case .failure(let failure): failure.snapshot
    }
  }

  /// When, in seconds since 1970.
  public var time: Int {
    switch self {
    case .proof(let proof): proof.proven
    case .failure(let failure): failure.failed
    }
  }

  /// Reads a record's bytes.
  ///
  /// - Parameters:
  ///   - bytes: Its content.
  ///   - id: The id under which it is kept, which says which of both it is.
  /// - Throws: A decoding error where the bytes are not that.
  public init(decoding bytes: [UInt8], id: String) throws {
    if ProofID(id)?.mark == .failure {
      self = .failure(try ProofFailure(decoding: bytes))
    } else {
      self = .proof(try Proof(decoding: bytes))
    }
  }
}

/// The id of a record of a verification: `<snapshot>-<level>[s|f]-<milliseconds since 1970>`.
struct ProofID: Sendable {
  /// What the letter behind the level says.
  enum Mark: String, Sendable {
    /// All rows were proven.
    case whole = ""
    /// A sample of the rows was proven.
    case sample = "s"
    /// It failed.
    case failure = "f"
  }

  /// The snapshot's name.
  let snapshot: String
  let level: Int
  let mark: Mark
  let milliseconds: Int
  /// The id as it is kept.
  let text: String

  init(of snapshot: String, _ level: Proof.Level, _ mark: Mark, milliseconds: Int) {
    self.snapshot = snapshot
    self.level = level.rawValue
    self.mark = mark
    self.milliseconds = milliseconds
    text = "\(snapshot)-\(level.rawValue)\(mark.rawValue)-\(milliseconds)"
  }

  /// Reads an id; nil for one of another form, which says nothing.
  init?(_ id: String) {
    let words = id.split(separator: "-")
    guard words.count > 2, let milliseconds = Int(words[words.count - 1]) else { return nil }
    let level = words[words.count - 2]
    let digits = level.prefix { $0.isNumber }
    guard let number = Int(digits), let mark = Mark(rawValue: String(level.dropFirst(digits.count)))
    else { return nil }
    snapshot = words.dropLast(2).joined(separator: "-")
    self.level = number
    self.mark = mark
    self.milliseconds = milliseconds
    text = id
  }
}
