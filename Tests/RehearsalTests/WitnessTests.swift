import Foundation
import Postgres
import TestSupport
import Testing

@testable import Rehearsal

@Suite("What a rehearsal observes, and what an independent witness sees")
struct WitnessTests {
  @Test(
    "Observer and witness agree on every kind of statement",
    arguments: TestServer.allCases
  )
  func agree(server: TestServer) throws {
    let all = StatementKind.all(on: server)
    #expect(all.count >= 60)
    let isWhole = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"
    let kinds = zip(0..., all).filter { number, kind in
      isWhole || kind.isBare || (number % 2 == 0) == (server == .v15)
    }.map(\.1)
    var lines: [String] = []
    try withDatabase(on: server) { database in
      let witness = try Witness(try WatchedSchema(database))
      try withDatabase(on: server) { scratch in
        let rehearser = Rehearser(schema: try WatchedSchema(scratch))
        try rehearser.observe(kinds.filter { !$0.isBare }) { kind, observation in
          lines.append("\(kind): \(observation.line(kind))")
          compare(Sight(observation), try witness.watch(kind), kind)
        }
        for (number, kind) in zip(1001..., kinds.filter(\.isBare)) {
          let observation = try rehearser.observeBare(kind, number)
          lines.append("\(kind): \(observation.line(kind))")
          compare(Sight(observation), try witness.watch(kind), kind)
        }
      }
    }
    guard isWhole else { return }
    try Golden.check(
      lines.joined(separator: "\n") + "\n",
      "statements-\(server.rawValue).txt"
    )
  }
}

extension WitnessTests {
  /// Both must have seen the same, but for locks of a moment, which only event triggers catch.
  private func compare(_ observed: Sight, _ witnessed: Sight, _ kind: StatementKind) {
    #expect(kind.passing.isSubset(of: observed.locks), "\(kind)")
    var (observed, witnessed) = (observed, witnessed)
    observed.locks.subtract(kind.passing)
    witnessed.locks.subtract(kind.passing)
    #expect(observed == witnessed, "\(kind)")
  }
}

extension Observation {
  /// What was seen, without what differs from run to run.
  fileprivate func line(_ kind: StatementKind) -> String {
    var sight = Sight(self)
    if kind.isBare { sight.locks.subtract(kind.passing) }
    var parts = ["\(sight)"]
    let reasons = rewrites.map { "\($0.table) \($0.reason?.rawValue ?? "whole")" }
    let lists = [
      ("reasons", reasons), ("indexes again", indexRewrites.map(\.index)),
      ("created", created.map { "\($0.kind) \($0.name)" }),
      ("dropped", dropped.map { "\($0.kind) \($0.name)" }),
      ("held", kind.passing.isEmpty ? holds.map { "\($0.table) \($0.mode)" } : []),
    ]
    parts += lists.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: ", "))" }
    return parts.filter { !$0.isEmpty }.joined(separator: "; ")
  }
}
