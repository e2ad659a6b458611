public import FoundationEssentials
public import Repository
internal import Snapshot
public import Verification

/// What monitoring wants to know of one snapshot.
public struct SnapshotFacts: Sendable, Equatable {
  /// Its name.
  public var name: SnapshotName
  /// The instant that its data show, by the server's clock.
  public var taken: Date
  /// Rows in all tables.
  public var rows: Int
  /// Bytes of their text.
  public var bytes: Int
  /// Bytes of text that were read from the server for it.
  public var bytesRead: Int
  /// Bytes that it added to the repository.
  public var bytesStored: Int
  /// How long the backup took.
  public var seconds: Double
  /// Whether tables were left out on request.
  public var isPartial: Bool
  /// Whether it is a dump that somebody else took.
  public var isImported: Bool
  /// What was proven of it, oldest first.
  public var proofs: [Proof]
  /// When it failed, oldest first.
  public var failures: [ProofFailure]

  /// Makes facts.
  public init(
    name: SnapshotName,
    taken: Date,
    rows: Int = 0,
    bytes: Int = 0,
    bytesRead: Int = 0,
    bytesStored: Int = 0,
    seconds: Double = 0,
    isPartial: Bool = false,
    isImported: Bool = false,
    proofs: [Proof] = [],
    failures: [ProofFailure] = []
  ) {
    self.name = name
    self.taken = taken
    self.rows = rows
    self.bytes = bytes
    self.bytesRead = bytesRead
    self.bytesStored = bytesStored
    self.seconds = seconds
    self.isPartial = isPartial
    self.isImported = isImported
    self.proofs = proofs
    self.failures = failures
  }

  /// Facts of an opened snapshot.
  init(_ content: SnapshotContent, _ records: [ProofRecord]) throws {
    let manifest = content.manifest
    self.init(
      name: content.name,
      taken: try manifest.takenTime,
      rows: manifest.totals.rows,
      bytes: manifest.totals.bytes,
      bytesRead: manifest.totals.bytesRead,
      bytesStored: manifest.totals.bytesStored,
      seconds: manifest.totals.seconds,
      isPartial: manifest.isPartial,
      isImported: manifest.dump != nil,
      proofs: records.compactMap(\.proof),
      failures: records.compactMap(\.failure)
    )
  }

  /// The proofs that count: no level up to theirs failed since.
  public var standingProofs: [Proof] {
    proofs.filter { proof in
      !failures.contains { proof.level >= $0.level && proof.proven <= $0.failed }
    }
  }

  /// The last failure after which nothing proved the same level; nil where there is none.
  public var failure: ProofFailure? {
    failures.last { failure in
      !proofs.contains { $0.covers(failure.level) && $0.proven > failure.failed }
    }
  }

  /// The proof that counts and says most: the highest level, and of those the last; whole ones
  /// before samples.
  public var bestProof: Proof? {
    standingProofs.max {
      ($0.sample == nil ? 1 : 0, $0.level.rawValue, $0.proven)
        < ($1.sample == nil ? 1 : 0, $1.level.rawValue, $1.proven)
    }
  }
}
