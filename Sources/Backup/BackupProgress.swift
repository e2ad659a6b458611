/// How far a backup is.
public struct BackupProgress: Sendable, Equatable {
  /// What it does now: `waiting for locks`, `reading rows`, ...
  public var phase: String
  /// Bytes of heap that have been read; of an import, bytes of the dump.
  public var bytes: Int
  /// Bytes of heap that will be read; 0 where nobody knows.
  public var totalBytes: Int
  /// Rows that have been read.
  public var rows: Int
}
