internal import Catalog
internal import FoundationEssentials
internal import Rehearsal
internal import Reports
internal import Repository
internal import Snapshot

extension RehearsalSession.Outcome {
  /// What was rehearsed, statement by statement, and the verdict.
  var report: Report {
    var blocks: [Report.Block] = [
      .values([
        .init(
          "verdict",
          verdict.isYes
            ? "yes" : "no: \(Quantity.count(verdict.objections.count, "reason", "reasons"))"
        ),
        .init("snapshot", "\(content.name) of \(content.manifest.database.name)"),
        .init("data of", content.manifest.taken),
        .init(
          "scratch",
          "ready after \(Quantity.duration(.seconds(result.preparation)))"
            + (result.isFromTemplate ? ", from the copy that an earlier rehearsal kept" : "")
            + (result.namedServer.map { ", on \($0), which was named for it" } ?? "")
        ),
      ])
    ]
    if !result.caughtUp.isEmpty {
      blocks.append(.paragraph("Caught up first: \(result.caughtUp.joined(separator: ", "))."))
    }
    if result.patches.isEmpty { blocks.append(.paragraph("Nothing is pending.")) }
    for patch in result.patches { blocks += patch.blocks }
    blocks += hazardBlocks
    blocks += result.hookBlocks
    blocks += verdictBlocks
    var report = Report(title: "Rehearsal", blocks: blocks, json: json)
    (report.issues, report.cases) = (issues, cases)
    return report
  }

  private var verdictBlocks: [Report.Block] {
    guard verdict.isYes else {
      return [
        .heading("Verdict: no"),
        .list(
          verdict.objections.map { objection in
            "\(objection.place): \(objection.text)" + (objection.hazard.map { " [\($0)]" } ?? "")
          }
        ),
        .paragraph("Production was not touched.", role: .bad),
      ]
        + (verdict.objections.contains { $0.hazard != nil } ? [Self.acceptance] : [])
    }
    guard let receipt else {
      guard !result.patches.isEmpty else { return [] }
      return [
        .heading("Verdict: yes"),
        .paragraph(
          "No receipt: only a part of the rows was there. Rehearse on all of them before migrating,"
            + " or let a policy say which coverage is enough."
        ),
      ]
    }
    return [
      .heading("Verdict: yes"),
      .paragraph(
        "Receipt \(receipt.id), good for \(lifetime(receipt)):"
          + " drydock \(receipt.direction == .up ? "migrate" : "undo") will find it."
      ),
      .paragraph(
        "What no rehearsal sees: whether the application works with the new schema, how long locks"
          + " wait behind production's traffic, how far replicas fall behind."
      ),
    ]
  }

  private func lifetime(_ receipt: Receipt) -> String {
    Quantity.duration(.seconds(receipt.expires - receipt.created))
  }

  private static let acceptance = Report.Block.paragraph(
    "To accept a hazard, write at the head of its patch: -- drydock: allow <hazard> because <reason>"
  )

  private var json: JSONValue {
    [
      "event": "result",
      "verdict": .string(verdict.isYes ? "yes" : "no"),
      "snapshot": .string(content.name.text),
      "taken": .string(content.manifest.taken),
      "receipt": JSONValue(receipt?.id),
      "preparation_seconds": .number(result.preparation),
      "from_template": .boolean(result.isFromTemplate),
      "scratch_server": JSONValue(result.namedServer),
      "caught_up": .array(result.caughtUp.map { .string($0) }),
      "objections": .array(
        verdict.objections.map { ["place": .string($0.place), "text": .string($0.text)] }
      ),
      "findings": findingsJSON,
      "hooks": result.hooksJSON,
      "patches": .array(result.patches.map(\.json)),
    ]
  }
}

extension PatchObservation {
  /// The patch as a heading, its statements, and what they do to others.
  fileprivate var blocks: [Report.Block] {
    var table = Table([
      .text("place"), .flexible("statement"), .number("time"), .number("rows"), .number("WAL"),
    ])
    for statement in statements {
      table.add(
        place(of: statement),
        statement.headline,
        Quantity.duration(.seconds(statement.seconds)),
        Quantity.count(statement.rows),
        Quantity.bytes(statement.walBytes)
      )
    }
    var blocks: [Report.Block] = [.heading(file), .timeline(timeline), .table(table)]
    if !impacts.rows.isEmpty { blocks += [.paragraph("What others feel:"), .table(impacts)] }
    blocks += changeBlocks + rowBlocks
    for statement in statements {
      guard let failure = statement.failure else { continue }
      blocks.append(.paragraph("\(statement.place) FAILED: \(failure.message)", role: .bad))
    }
    if let problem { blocks.append(.paragraph(problem, role: .bad)) }
    if !difference.isEmpty {
      blocks += [.paragraph("What it changes in the schema:"), .difference(difference)]
    }
    return blocks + undoBlocks
  }

  /// Locks that stop writers, rewrites and scans; each where it begins, since locks stay.
  private var impacts: Table {
    var table = Table([
      .text("place"), .flexible("tables"), .text("lock"), .number("written again"),
      .number("scanned under it"),
    ])
    var held: Set<Observation.Lock> = []
    for statement in statements {
      for impact in TableImpact.groups(of: statement, beyond: held) {
        table.add(
          place(of: statement),
          impact.tables,
          impact.lock ?? "",
          impact.rewritten.map { Quantity.bytes($0) } ?? "",
          impact.scanned.map { Quantity.bytes($0) } ?? ""
        )
      }
      held.formUnion(statement.locks)
    }
    return table
  }

  /// Line and column; the file's name is the heading, so only an included file is named.
  func place(of statement: Observation) -> String {
    let prefix = "\(file):"
    guard statement.place.hasPrefix(prefix) else { return statement.place }
    return String(statement.place.dropFirst(prefix.count))
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
