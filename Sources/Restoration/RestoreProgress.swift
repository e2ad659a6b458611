/// How far a restore is.
public struct RestoreProgress: Sendable, Equatable {
  /// What it does now: `definition`, `loading rows`, `indexes and constraints`, `comparing`.
  public var phase: String
  /// Bytes of text that have been loaded.
  public var bytes: Int
  /// Bytes of text that will be loaded.
  public var totalBytes: Int
  /// Rows that have been loaded.
  public var rows: Int

  /// Makes a state; a phase without bytes of its own has none.
  public init(phase: String, bytes: Int = 0, totalBytes: Int = 0, rows: Int = 0) {
    self.phase = phase
    self.bytes = bytes
    self.totalBytes = totalBytes
    self.rows = rows
  }
}

/// What a restore did.
public struct RestoreResult: Sendable, Equatable {
  /// The name of what was restored, where it is another one than in the snapshot.
  public var name: String?
  /// The tables that were loaded.
  public var tables: Int
  /// Their rows.
  public var rows: Int
  /// The bytes of their text.
  public var bytes: Int
  /// Whether everything was read back and compared.
  public var isVerified: Bool
  /// What was left out, and why; empty when nothing was.
  public var omissions: [String]
  /// Seconds that it took.
  public var seconds: Double
}
