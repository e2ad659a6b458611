import Files
import Foundation
import Migration
import Postgres
import Problems
import TestSupport
import Testing

/// Real histories in the layouts of their own tools, against what psql makes of the same files.
@Suite("A real history makes the schema that psql makes")
struct RealSchemaTests {
  struct History: Sendable, CustomTestStringConvertible {
    var name: String
    var folder: String
    var layout: PatchLayout
    var count: Int
    var testDescription: String { name }
  }

  @Test(
    "In the layout of its own tool",
    arguments: [
      History(
        name: "authelia",
        folder: "internal/storage/migrations/postgres",
        layout: .golangMigrate,
        count: 26
      ),
      History(
        name: "kratos",
        folder: "persistence/sql/migrations/sql",
        layout: .golangMigrate,
        count: 346
      ),
      History(name: "crates_io", folder: "migrations", layout: .diesel, count: 285),
    ]
  )
  func schema(_ history: History) throws {
    guard !RealHistoryTests.files.isEmpty else { return }
    let source = try "\(SharedInputs.real())/migrations/\(history.name)"
    let order = try String(contentsOfFile: "\(source)/ORDER.up.txt", encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let place = try TemporaryDirectory(prefix: "history")
    let folder = history.layout == .diesel ? place.path : "\(source)/\(history.folder)"
    if history.layout == .diesel { try Self.copyDiesel("\(source)/\(history.folder)", to: folder) }
    let directory = try PatchDirectory.read(folder)
    #expect(directory.layout == history.layout && directory.patches.count == history.count)
    #expect(
      directory.patches.map { Self.tail($0.file) } == order.map { Self.tail($0) },
      "the order is not the tool's"
    )
    let expected = try withDatabase(on: .v15) { database in
      let script = order.map { "\\i '\(source)/\($0)'\n" }.joined()
      try Psql.run(script, on: database, server: .v15)
      return try Self.dump(database)
    }
    try withRunner(.v15) { fixture in
      #expect(try fixture.runner.migrate(directory).count == history.count)
      #expect(try fixture.runner.migrate(directory).isEmpty)
      let made = try Self.dump(fixture.settings)
      #expect(made.count > 20_000 || history.name == "authelia")
      #expect(made == expected)
    }
  }

  /// The published copy has lost Diesel's `metadata.toml`; it is written again where it must have been.
  private static func copyDiesel(_ source: String, to folder: String) throws {
    for entry in try Directory.entries(of: source) where entry.isDirectory {
      let from = "\(source)/\(entry.name)"
      try FileManager.default.copyItem(atPath: from, toPath: "\(folder)/\(entry.name)")
    }
    for patch in try PatchDirectory.read(folder).patches {
      let codes = patch.script.objections.map(\.code)
      guard codes.contains("patch.needs-no-transaction") else { continue }
      let directory = "\(folder)/\(Directory.parent(of: patch.file))"
      let files = FileManager.default
      try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory)
      try Data("run_in_transaction = false\n".utf8)
        .write(to: URL(fileURLWithPath: "\(directory)/metadata.toml"))
    }
  }

  /// The last two parts of a path: enough to know the file, in both orders.
  private static func tail(_ path: String) -> String {
    path.split(separator: "/").suffix(path.hasSuffix("/up.sql") ? 2 : 1).joined(separator: "/")
  }

  private static func dump(_ database: ConnectionSettings) throws -> String {
    try Psql.dump(database, server: .v15, ["--schema-only", "--exclude-schema=drydock"])
      .split(separator: "\n", omittingEmptySubsequences: false)
      // Random in every dump (pg_dump's page).
      .filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }
      .joined(separator: "\n")
  }
}
