internal import Catalog
internal import Foundation
internal import Rehearsal
internal import Reports
internal import Repository
internal import Snapshot

extension RehearsalSession.Outcome {
  /// What was rehearsed, statement by statement, and the verdict.
  var report: Report {
    var blocks: [Report.Block] = [
      .values([
        .init("snapshot", "\(content.name) of \(content.manifest.database.name)"),
        .init("data of", content.manifest.taken),
        .init("scratch", "ready after \(Quantity.duration(.seconds(result.preparation)))"),
      ])
    ]
    if !result.caughtUp.isEmpty {
      blocks.append(.paragraph("Caught up first: \(result.caughtUp.joined(separator: ", "))."))
    }
    if result.patches.isEmpty { blocks.append(.paragraph("Nothing is pending.")) }
    for patch in result.patches { blocks += patch.blocks }
    blocks += verdictBlocks
    return Report(title: "Rehearsal", blocks: blocks, json: json)
  }

  private var verdictBlocks: [Report.Block] {
    guard verdict.isYes else {
      return [
        .heading("Verdict: no"),
        .list(verdict.objections.map { "\($0.place): \($0.text)" }),
        .paragraph("Production was not touched.", role: .bad),
      ]
    }
    guard let receipt else { return [] }
    return [
      .heading("Verdict: yes"),
      .paragraph("Receipt \(receipt.id), good for 24 hours: drydock migrate will find it."),
      .paragraph(
        "What no rehearsal sees: whether the application works with the new schema, how long locks"
          + " wait behind production's traffic, how far replicas fall behind."
      ),
    ]
  }

  private var json: JSONValue {
    [
      "event": "result",
      "verdict": .string(verdict.isYes ? "yes" : "no"),
      "snapshot": .string(content.name.text),
      "taken": .string(content.manifest.taken),
      "receipt": JSONValue(receipt?.id),
      "preparation_seconds": .number(result.preparation),
      "caught_up": .array(result.caughtUp.map { .string($0) }),
      "objections": .array(
        verdict.objections.map { ["place": .string($0.place), "text": .string($0.text)] }
      ),
      "patches": .array(result.patches.map(\.json)),
    ]
  }
}

extension PatchObservation {
  /// The patch as a heading and a table of its statements.
  fileprivate var blocks: [Report.Block] {
    var table = Table([
      .text("place"), .flexible("statement"), .number("time"), .number("rows"), .number("WAL"),
      .flexible("locks, rewrites, scans"),
    ])
    for statement in statements {
      table.add(
        statement.place,
        statement.headline,
        Quantity.duration(.seconds(statement.seconds)),
        Quantity.count(statement.rows),
        Quantity.bytes(statement.walBytes),
        statement.failure.map { "FAILED: \($0.message)" } ?? statement.effects
      )
    }
    var blocks: [Report.Block] = [.heading(file), .table(table)]
    if let problem { blocks.append(.paragraph(problem, role: .bad)) }
    if let undo { blocks.append(.paragraph("Its undo file \(undo.words).")) }
    return blocks
  }

  fileprivate var json: JSONValue {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // The observation is plain data, so neither step can fail.
    guard let data = try? encoder.encode(self), let json = try? JSONParser.parse(Array(data)) else {
      return .null
    }
    return json
  }
}

extension PatchObservation.Undo {
  fileprivate var words: String {
    switch self {
    case .cancels: "takes all of it back"
    case .differs: "leaves the schema other than it was"
    case .fails: "fails"
    }
  }
}

extension Observation {
  /// What hurts others, in words.
  fileprivate var effects: String {
    let strong = locks.filter(\.stopsWriters).map { "\($0.mode) on \($0.table)" }
    let written = rewrites.map { "writes \($0.table) again (\(Quantity.bytes($0.bytes)))" }
    let scanned = scans.filter(\.isUnderLock).map {
      "scans \($0.table) under a lock (\(Quantity.bytes($0.bytes)))"
    }
    return (strong + written + scanned).joined(separator: "; ")
  }
}
