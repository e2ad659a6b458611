import Catalog
import Foundation
import Migration
import Postgres
import Problems
import TestSupport
import Testing

@testable import Rehearsal

/// Runs patches as a rehearsal does, on a database that stands for the scratch.
struct Rehearser: Sendable {
  let schema: WatchedSchema

  /// Runs statements of kinds that a transaction holds, and tells what the observer saw of each.
  func observe(_ kinds: [StatementKind], _ tell: (StatementKind, Observation) throws -> Void) throws
  {
    let connection = try Connection.open(schema.settings)
    let watch = try ScratchWatch(installingIn: schema.administration)
    try Runner(schema.settings, Runner.Options(toolVersion: "test")).hold { held in
      for (number, kind) in zip(1..., kinds) {
        try schema.make(kind.setup, on: connection)
        let seen = try run(kind.sql, number, held, ScratchObserver(watch))
        if let problem = seen.problem { Issue.record(problem, "\(kind)") }
        try tell(kind, try #require(seen.statements.first))
      }
    }
  }

  /// Runs one statement of a kind that is held back outside a transaction.
  func observeBare(_ kind: StatementKind, _ version: Int) throws -> Observation {
    try schema.make(kind.setup, on: try Connection.open(schema.settings))
    let eye = try Connection.open(schema.administration)
    let patch = try Gatekeeper(schema.administration).run(
      through: kind.gates,
      as: "drydock \(Self.stem(version))"
    ) {
      try run("-- drydock: no-transaction\n\(kind.sql)", version)
    } look: {
      try waitForSamples(eye)
    }
    if let problem = patch.problem { Issue.record(problem, "\(kind)") }
    return try #require(patch.statements.first)
  }

  /// What the observer saw of a whole patch.
  struct Seen: Sendable {
    var statements: [Observation]
    var changes: ChangeSet?
    var temporaryBytes: Int?
    var problem: Problem?
  }

  /// Runs a patch; one that fails is a result.
  func run(_ text: String, _ version: Int = 1) throws -> Seen {
    let observer = ScratchObserver(try ScratchWatch(installingIn: schema.administration))
    return try Runner(schema.settings, Runner.Options(toolVersion: "test")).hold { held in
      try run(text, version, held, observer)
    }
  }

  private func run(
    _ text: String,
    _ version: Int,
    _ held: HeldRunner,
    _ observer: ScratchObserver
  ) throws -> Seen {
    let folder = try PatchFiles([Self.stem(version) + ".sql": text])
    let patch = try folder.read().patches[0]
    var problem: Problem?
    do {
      try held.apply(patch, observer: observer)
    } catch let failure as Problem {
      problem = failure
    }
    try observer.finish()
    return Seen(
      statements: observer.statements,
      changes: observer.changes,
      temporaryBytes: observer.temporaryBytes,
      problem: problem
    )
  }

  private static func stem(_ version: Int) -> String { "\(version)_patch" }

  /// Waits until the sampler has begun a sample after now, and ended it: it has begun another.
  private func waitForSamples(_ eye: Connection) throws {
    let query = """
      SELECT query_start FROM pg_stat_activity
      WHERE application_name = '\(LockSampler.applicationName)' AND datname = current_database()
      """
    for _ in 0..<2 {
      let before = try eye.query(query, []).value
      try Wait.asLongAs(eye.query(query, []).value == before)
    }
  }
}
