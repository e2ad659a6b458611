public import Processes
internal import Foundation
internal import Problems

/// How one run of the program went.
public struct Run: Sendable, CustomStringConvertible {
  /// The words after `drydock`.
  public let arguments: [String]
  /// How it ended.
  public let ending: Processes.ExitStatus
  /// Standard output.
  public let output: String
  /// Standard error.
  public let errors: String

  /// The exit code, or nil when a signal ended it.
  public var code: Int32? {
    if case .exited(let code) = ending { return code }
    return nil
  }

  /// Everything, for a test's message.
  public var description: String {
    "drydock \(arguments.joined(separator: " "))\n\(ending)\n\(output.suffix(4000))\n\(errors)"
  }

  /// Passes the run on when it ended with this code; throws everything it said otherwise.
  @discardableResult
  public func require(_ code: Int32) throws -> Run {
    guard self.code == code else {
      throw Problem(code: "tests.other-exit", "expected exit \(code)", reason: description)
    }
    return self
  }

  /// The last line of standard output, which `--json` makes the result.
  public func result<Value: Decodable>(_ type: Value.Type) throws -> Value {
    guard let line = output.split(separator: "\n").last else {
      throw Problem(code: "tests.no-result", "no result was printed", reason: description)
    }
    return try JSONDecoder().decode(type, from: Data(line.utf8))
  }

  /// What is missing of an error that helps: what failed, why or with what, what to do next.
  public var missingOfError: [String] {
    let wanted = ["drydock: ", "  next: "]
    let missing = wanted.filter { !errors.contains($0) }
    return missing
  }
}

/// What `backup --json` ends with.
public struct BackupSummary: Decodable, Sendable {
  /// The snapshot's name.
  public let snapshot: String
  /// Its shortest id.
  public let id: String
  /// How many rows it holds.
  public let rows: Int
  /// How many chunks were new.
  public let newChunks: Int
  /// How many chunks the repository knew.
  public let knownChunks: Int

  private enum CodingKeys: String, CodingKey {
    case snapshot
    case id
    case rows
    case newChunks = "new_chunks"
    case knownChunks = "known_chunks"
  }
}
