import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

/// Holds databases against each other by what `pg_dump` says of them.
///
/// The lines are sorted, because parallel loading changes the order of rows, and the `\restrict`
/// lines are left out, because they are random. Sorting is left to sort(1): debug code is slow.
struct Copies {
  let server: TestServer
  let directory: String

  init(on server: TestServer, in directory: String) {
    self.server = server
    self.directory = directory
  }

  /// Expects two databases to be equal.
  func expectEqual(
    _ copy: ConnectionSettings,
    _ reference: ConnectionSettings,
    _ arguments: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let first = try lines(of: copy, "copy", arguments)
    let second = try lines(of: reference, "reference", arguments)
    let outcome = try Invocation("diff", [first, second]).run(output: .captured(limit: 1 << 28))
    let difference = outcome.text.split(separator: "\n").prefix(20).joined(separator: "\n")
    #expect(outcome.status.isSuccess, "\(difference)", sourceLocation: sourceLocation)
  }

  /// Makes the copy that psql makes of a plain dump.
  ///
  /// The dump is by the source's version, which is the target's where nothing else is said.
  func copyWithPsql(
    _ source: ConnectionSettings,
    of version: TestServer? = nil,
    to target: ConnectionSettings
  ) throws {
    let file = "\(directory)/psql.sql"
    _ = try Psql.dump(source, server: version ?? server, ["--file=\(file)"])
    try Psql.run(file: file, on: target, server: server)
    try Directory.removeFile(file)
  }

  private func lines(
    of database: ConnectionSettings,
    _ name: String,
    _ arguments: [String]
  ) throws -> String {
    let dump = "\(directory)/\(name).sql"
    let sorted = "\(directory)/\(name).sorted"
    _ = try Psql.dump(database, server: server, ["--file=\(dump)"] + arguments)
    let script = #"grep -avE '^\\(un)?restrict ' "$0" | LC_ALL=C sort > "$1""#
    try Invocation("sh", ["-c", script, dump, sorted]).run().checked()
    try Directory.removeFile(dump)
    return sorted
  }
}

/// Restores the newest snapshot of a source and expects what psql would have made of a dump.
func expectRoundTrip(
  of source: ConnectionSettings,
  on server: TestServer,
  with user: Drydock,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try withDatabase(on: server) { restored in
    try withDatabase(on: server) { reference in
      let run = try user.restore("latest:\(source.keywords["dbname"] ?? "")", into: restored)
      #expect(
        run.output.contains("every digest equal"),
        "\(run)",
        sourceLocation: sourceLocation
      )
      let copies = Copies(on: server, in: user.directory)
      try copies.copyWithPsql(source, to: reference)
      try copies.expectEqual(restored, reference, sourceLocation: sourceLocation)
    }
  }
}
