internal import Rehearsal
internal import Reports

extension RehearsalSession.Outcome {
  /// What is dangerous, what of it is accepted, and how long it may take on production.
  var hazardBlocks: [Report.Block] {
    guard !result.findings.isEmpty else { return estimateBlocks }
    var table = Table([.text("severity"), .text("hazard"), .text("place"), .flexible("what")])
    for finding in result.findings {
      let mark = isAgainst(finding) ? " (no)" : finding.accepted == nil ? "" : " (accepted)"
      table.add(
        finding.hazard.severity.rawValue + mark,
        finding.hazard.id,
        finding.place.text,
        finding.text
      )
    }
    var blocks: [Report.Block] = [.heading("Hazards"), .table(table)]
    let accepted = result.findings.filter { $0.accepted != nil }
    if !accepted.isEmpty {
      blocks.append(
        .list(
          accepted.map { "\($0.place.text) accepts \($0.hazard.id): \($0.accepted ?? "")" }
        )
      )
    }
    let pages = Set(result.findings.map(\.page)).sorted()
    blocks.append(
      .paragraph("What each means, and the safe way: \(pages.joined(separator: ", ")).")
    )
    return blocks + estimateBlocks
  }

  /// A range for each statement that works through whole tables, with what it assumes.
  private var estimateBlocks: [Report.Block] {
    var table = Table([
      .text("place"), .flexible("statement"), .number("at best"), .number("at worst"),
    ])
    for statement in result.patches.flatMap({ $0.statements + $0.undoStatements }) {
      guard let estimate = statement.estimate else { continue }
      table.add(
        statement.place,
        statement.headline,
        Quantity.duration(.seconds(estimate.lower)),
        Quantity.duration(.seconds(estimate.upper))
      )
    }
    guard !table.rows.isEmpty else { return [] }
    return [
      .heading("Time on production"), .table(table), .paragraph(Estimate.assumptions),
    ]
  }

  /// Whether a finding is among the reasons for "no".
  func isAgainst(_ finding: Rehearsal.Finding) -> Bool {
    verdict.objections.contains {
      $0.hazard == finding.hazard.id && $0.place == finding.place.text && $0.text == finding.text
    }
  }

  var findingsJSON: JSONValue {
    .array(
      result.findings.map { finding in
        [
          "hazard": .string(finding.hazard.id),
          "severity": .string(finding.hazard.severity.rawValue),
          "title": .string(finding.hazard.title),
          "decided_by": .string(finding.hazard.basis.rawValue),
          "patch": .string(finding.version),
          "file": .string(finding.place.file),
          "line": .integer(Int64(finding.place.line)),
          "column": .integer(Int64(finding.place.column)),
          "object": JSONValue(finding.object),
          "text": .string(finding.text),
          "page": .string(finding.page),
          "bytes": .integer(Int64(finding.figures.bytes)),
          "rows": .integer(Int64(finding.figures.rows)),
          "blocked_seconds": .number(finding.figures.blockedSeconds),
          "wal_bytes": .integer(Int64(finding.figures.walBytes)),
          "production_seconds": finding.estimate.map {
            .array([.number($0.lower), .number($0.upper)])
          } ?? .null,
          "accepted_because": JSONValue(finding.accepted),
          "fails": .boolean(isAgainst(finding)),
        ]
      }
    )
  }
}
