import Postgres
import TestSupport

/// Something live that is replaced again and again.
protocol ReplacedTarget {
  var server: ReplacedServer { get }
  /// What `--into` names.
  var settings: ConnectionSettings { get }
  /// What follows `restore SNAPSHOT --into URL --replace`.
  var words: [String] { get }
  /// The snapshot, in which the state is `snapshot`.
  var snapshot: String { get }

  /// Writes into the live one which state it is in.
  func setLive(_ state: String) throws
  /// Reads it.
  func state() throws -> String?
  /// What must be the same whichever state it is in: whatever hangs on its name.
  func surroundings() throws -> String
  /// Drops what is set aside, so that the next trial begins as the first did.
  func clear() throws
}

/// A copy as `restores --json` lists it.
struct ListedCopy: Decodable {
  let operation: String
  let state: String
}

/// What `restores --json` ends with.
struct ListedCopies: Decodable { let restores: [ListedCopy] }

/// What a plan ends with.
private struct PlannedToken: Decodable { let token: String }

extension ReplacedTarget {
  var user: Drydock { server.user }

  private var into: [String] { ["--into", settings.argument] }

  /// Plans a replacement, and runs it.
  func replace(_ variables: [String: String] = [:]) throws -> Run {
    try confirmed(["restore", snapshot] + into + ["--replace", "--jobs", "1"] + words, variables)
  }

  /// Plans an undo, and runs it.
  func undo(_ variables: [String: String] = [:]) throws -> Run {
    try confirmed(["restore", "--undo"] + into, variables)
  }

  func resume() throws -> Run { try user.run(["restore", "--resume"] + into) }

  private func confirmed(_ words: [String], _ variables: [String: String]) throws -> Run {
    let plan = try user.run(words + ["--json"]).require(3).result(PlannedToken.self)
    return try user.run(words + ["--confirm", plan.token], variables)
  }

  /// The copies beside it.
  func listed() throws -> [ListedCopy] {
    try user.run(["restores"] + into + ["--json"]).require(0).result(ListedCopies.self).restores
  }
}
