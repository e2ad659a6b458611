internal import Cryptography
internal import Problems

/// Finds out what a store does, with a small object that is removed afterwards.
public enum StoreProbe {
  static let canary = "canary-"

  /// Probes a store.
  ///
  /// - Parameters:
  ///   - store: The store.
  ///   - now: Seconds since 1970.
  /// - Returns: What was found.
  /// - Throws: What the store says when it cannot be used at all.
  public static func run(_ store: any ObjectStore, now: Int64) throws -> StoreFindings {
    var findings = StoreFindings(probed: now)
    let name = ObjectName(
      components: StoreFindings.directory,
      canary + S3Encoding.hex(try Randomness.bytes(16))
    )
    let bytes = try Randomness.bytes(1000)
    try store.put(name, bytes)
    findings.readAfterWrite = try unlessMissing { try store.get(name) } == bytes
    findings.rangeReads =
      try unlessMissing { try store.get(name, range: 7..<99) }
      == Array(bytes[7..<99])
    findings.listAfterWrite = try store.list(StoreFindings.directory).contains { $0.name == name }
    findings.writeOnce = try refuses { try store.put(name, [0]) }
    try store.describe(&findings)
    findings.deletes = try mayDelete { try store.delete(name) }
    return findings
  }

  private static func unlessMissing(_ body: () throws -> [UInt8]) throws -> [UInt8]? {
    do {
      return try body()
    } catch let problem as Problem where problem.code == StoreProblem.notFoundCode {
      return nil
    }
  }

  private static func refuses(_ body: () throws -> Void) throws -> Bool {
    do {
      try body()
      return false
    } catch let problem as Problem where problem.code == StoreProblem.existsCode {
      return true
    }
  }

  private static func mayDelete(_ body: () throws -> Void) throws -> Bool {
    do {
      try body()
      return true
    } catch let problem as Problem
      where [StoreProblem.notFoundCode, S3Problem.Code.denied].contains(problem.code)
    {
      return false
    }
  }
}
