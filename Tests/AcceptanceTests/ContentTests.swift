import Cluster
import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

/// What a snapshot and a full dump say they hold, as sorted lines: `TABLE DATA public actor`.
@Suite("What has data")
struct ContentTests {
  /// The part of `show --json` that is looked at.
  private struct Manifest: Decodable {
    struct Item: Decodable {
      let schema: String
      let name: String
      var isPopulated: Bool?
    }
    let tables: [Item]
    let sequences: [Item]
    let materializedViews: [Item]
    let largeObjectCount: Int

    var lines: [String] {
      let views = materializedViews.filter { $0.isPopulated ?? false }
      return
        (tables.map { "TABLE DATA \($0.schema) \($0.name)" }
        + sequences.map { "SEQUENCE SET \($0.schema) \($0.name)" }
        + views.map { "MATERIALIZED VIEW DATA \($0.schema) \($0.name)" }).sorted()
    }
  }

  @Test("A snapshot holds what a full dump would hold", arguments: RealDatabase.cases)
  func sameSet(sample: RealDatabase.Case) throws {
    try withDatabase(on: sample.server) { source in
      guard try sample.database.load(into: source, on: sample.server) else { return }
      let user = try Drydock(on: sample.server)
      try user.backup(source)
      let manifest = try user.run(["show", "latest", "--json"]).require(0).result(Manifest.self)
      let archive = "\(user.directory)/full.dump"
      _ = try Psql.dump(source, server: sample.server, ["-Fc", "-Z0", "--file=\(archive)"])
      let list = try contents(of: archive, sample.server)
      #expect(manifest.lines == list)
      #expect(manifest.lines.count > 2)
      #expect(manifest.largeObjectCount == 0)
    }
  }

  /// The data entries of `pg_restore -l`: `12; 0 16390 TABLE DATA public actor owner`.
  private func contents(of archive: String, _ server: TestServer) throws -> [String] {
    let binaries = try server.options().binaries ?? "/usr/lib/postgresql/15/bin"
    let text = try Invocation("\(binaries)/pg_restore", ["-l", archive]).run().checked().text
    let kinds = ["TABLE DATA", "SEQUENCE SET", "MATERIALIZED VIEW DATA"]
    return text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ").dropFirst(3)
      let entry = words.joined(separator: " ")
      guard let kind = kinds.first(where: { entry.hasPrefix("\($0) ") }) else { return nil }
      let name = words.dropFirst(kind.split(separator: " ").count).dropLast()
      return "\(kind) \(name.joined(separator: " "))"
    }.sorted()
  }
}
