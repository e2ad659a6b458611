import Files
import Foundation
import Postgres
import TestSupport

/// What the tests of operations share: the production system's database, and the examples in `docs`.
enum Cosims {
  /// The fenced example of a document that begins with a line.
  static func example(_ document: String, from line: String) throws -> String {
    let text = try String(
      contentsOfFile: "\(SharedInputs.packageRoot)/docs/\(document)",
      encoding: .utf8
    )
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let block = lines.drop { $0 != line }.prefix { $0 != "```" }
    return block.joined(separator: "\n") + "\n"
  }

  /// Writes a configuration that is trusted by being named; returns the words that name it.
  static func configuration(_ text: String, for user: Drydock) throws -> [String] {
    let path = "\(user.directory)/operations.yaml"
    try AtomicFile.write(Array(text.utf8), to: path, collision: .replace, durability: .fast)
    return ["--config", path]
  }

  /// Fills a database; false, and one line, where the real inputs are not there.
  static func load(into database: ConnectionSettings, keeping jobs: Int? = nil) throws -> Bool {
    guard try RealDatabase.cosims.load(into: database, on: .v15) else { return false }
    if let jobs {
      // The trigger reads all status changes for each one; a tenth of the jobs is as good a test.
      try Connection.open(database).execute(
        """
        DELETE FROM cosims.job_status_changes WHERE fk_parent_job_id > \(jobs);
        DELETE FROM cosims.parent_jobs WHERE id > \(jobs);
        ANALYZE cosims.job_status_changes; ANALYZE cosims.parent_jobs;
        """
      )
    }
    return true
  }
}
