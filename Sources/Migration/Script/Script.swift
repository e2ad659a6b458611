internal import Bytes
internal import Cryptography
public import Problems

/// A file of SQL, read completely: its statements, its directives, and what identifies it.
public struct Script: Sendable {
  /// The file, relative to the patch directory.
  public var file: String
  /// What the comments at its head ask for.
  public var directives: Directives
  /// Its statements in order, those of included files where they are included.
  public var statements: [Statement]
  /// What tells whether it was edited.
  public var identity: PatchIdentity
  /// Files that it includes with `\i` or `\ir`, relative to the patch directory, in order.
  public var includes: [String]
  /// Variables from outside that were filled in: a receipt binds them, so it must know which.
  public var variables: [String: String]
  /// What makes it a backfill; nil for any other script.
  public var backfill: Backfill?
  /// Which of a backfill's own variables it uses.
  var batchVariables: Set<Backfill.Variable> = []
  /// Whether a backfill's statement does only rows that are left, whatever lies between its keys.
  var choosesRows: Bool { batchVariables.contains(.batch) }
  /// What forbids that it runs, in a history that was written for another tool.
  public var objections: [Problem] = []

  /// Reads a file of a patch directory.
  ///
  /// - Parameters:
  ///   - file: The file, relative to the directory.
  ///   - directory: The patch directory; nothing outside it can be included.
  ///   - variables: psql's variables that are given from outside.
  /// - Returns: The script, not yet judged: see `PatchRules`.
  /// - Throws: A `Problem` that names file, line and column.
  public static func read(
    _ file: String,
    in directory: String,
    variables: [String: String] = [:]
  ) throws(Problem) -> Script {
    var reader = ScriptReader(directory: directory, variables: variables)
    return try reader.read(file)
  }
}

/// What tells whether a script was edited after it was applied.
public struct PatchIdentity: Sendable, Equatable {
  /// SHA-256 of the bytes, in hexadecimal: what `sha256sum` prints, unless files are included.
  public var exact: String
  /// SHA-256 of the bytes without byte order mark and with `\n` as line end.
  ///
  /// A checkout on another system changes the first and not the second; only a difference in the
  /// second is drift.
  public var normalised: String

  /// Makes an identity from recorded hashes.
  public init(exact: String, normalised: String) {
    self.exact = exact
    self.normalised = normalised
  }

  /// The identity of a file and of those that it includes, in order.
  init(file: [UInt8], includes: [(path: String, bytes: [UInt8])]) throws {
    exact = try Self.digest(file, includes) { $0 }
    normalised = try Self.digest(file, includes, normalise: Self.normalise)
  }

  private static func digest(
    _ file: [UInt8],
    _ includes: [(path: String, bytes: [UInt8])],
    normalise: ([UInt8]) -> [UInt8]
  ) throws -> String {
    let own = try hexadecimal(normalise(file))
    guard !includes.isEmpty else { return own }
    let lines = try includes.map { "\(try hexadecimal(normalise($0.bytes)))  \($0.path)" }
    return try hexadecimal(Array(([own] + lines).joined(separator: "\n").utf8))
  }

  private static func hexadecimal(_ bytes: [UInt8]) throws -> String {
    Hex.text(try SHA256.hash(bytes))
  }

  static func normalise(_ bytes: [UInt8]) -> [UInt8] {
    let hasMark = bytes.starts(with: SQLScanner.byteOrderMark)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var previous: UInt8 = 0
    for byte in bytes.dropFirst(hasMark ? 3 : 0) {
      if byte == UInt8(ascii: "\n"), previous == UInt8(ascii: "\r") { result.removeLast() }
      result.append(byte)
      previous = byte
    }
    return result
  }
}
