internal import Migration
internal import Rehearsal
internal import Reports

extension PatchObservation {
  private static let mostNames = 12

  /// What a patch did to rows, sizes and objects, and what it needed on the way.
  var changeBlocks: [Report.Block] {
    var blocks: [Report.Block] = []
    if !changedTables.rows.isEmpty {
      blocks += [.paragraph("What it changed:"), .table(changedTables)]
    }
    let sentences = statements.flatMap { statement in
      statement.sentences(atMost: Self.mostNames).map { "\(place(of: statement)) \($0)" }
    }
    if !sentences.isEmpty { blocks.append(.list(sentences)) }
    if let temporaryBytes, temporaryBytes > 0 {
      blocks.append(.paragraph("It wrote \(Quantity.bytes(temporaryBytes)) of temporary files."))
    }
    return blocks
  }

  private var changedTables: Table {
    var table = Table([
      .text("place"), .flexible("table"), .number("inserted"), .number("updated"),
      .number("deleted"), .number("size before"), .number("after"),
    ])
    for statement in statements {
      // A table that is written again has its line below, and its size among what others feel.
      let rewritten = Set(statement.rewrites.map(\.table))
      for change in statement.changes
      where change.changesRows || (!rewritten.contains(change.table) && change.changesSize) {
        table.add(
          place(of: statement),
          change.table,
          Quantity.count(change.inserted),
          Quantity.count(change.updated),
          Quantity.count(change.deleted),
          Quantity.bytes(change.bytesBefore),
          Quantity.bytes(change.bytesAfter)
        )
      }
    }
    return table
  }
}

extension Observation {
  /// A backfill's batches, and what they may take on production: a range, never one number.
  private static func words(_ batches: BackfillTotals, _ estimate: Estimate?) -> String {
    var text =
      "runs in \(Quantity.count(batches.batches, "batch", "batches")), the longest of"
      + " \(Quantity.duration(.seconds(batches.longest)))"
    if let peak = batches.peakBytes { text += ", with up to \(Quantity.bytes(peak)) of memory" }
    guard let estimate else { return text }
    return text + "; on production \(Quantity.duration(.seconds(estimate.lower))) to"
      + " \(Quantity.duration(.seconds(estimate.upper))), waiting for standbys and locks not counted"
  }

  /// What has no place in a table: why tables are written again, locks that were held in passing,
  /// and what came and went.
  fileprivate func sentences(atMost most: Int) -> [String] {
    var sentences = Rewrite.Reason.allCases.compactMap { reason -> String? in
      let tables = rewrites.filter { $0.reason == reason }.map(\.table)
      guard !tables.isEmpty else { return nil }
      return "\(reason.verb) \(Self.list(tables, atMost: most)): \(reason.words)"
    }
    if let batches { sentences.append(Self.words(batches, estimate)) }
    sentences += holds.map { hold in
      "holds \(hold.mode) on \(hold.table) for \(Quantity.duration(.seconds(hold.seconds)))"
    }
    let lists = [
      ("builds again", indexRewrites.map(\.index)), ("creates", created.map(\.words)),
      ("drops", dropped.map(\.words)),
    ]
    for (verb, names) in lists where !names.isEmpty {
      sentences.append("\(verb) \(Self.list(names, atMost: most))")
    }
    if warnings > 0 {
      sentences.append("raises \(Quantity.count(warnings)) warning\(warnings == 1 ? "" : "s")")
    }
    return sentences
  }

  private static func list(_ names: [String], atMost most: Int) -> String {
    let more = names.count > most ? " and \(names.count - most) more" : ""
    return names.prefix(most).joined(separator: ", ") + more
  }
}

extension Observation.TableChange {
  fileprivate var changesRows: Bool { inserted + updated + deleted > 0 }

  /// Whether it shows in a table of rounded sizes.
  fileprivate var changesSize: Bool {
    Quantity.bytes(bytesBefore) != Quantity.bytes(bytesAfter)
  }
}

extension Observation.NamedObject {
  fileprivate var words: String { "\(kind) \(name)" }
}

extension Observation.Rewrite.Reason {
  fileprivate var verb: String { self == .emptied ? "empties" : "writes again" }

  fileprivate var words: String {
    switch self {
    case .persistence: "it becomes logged or unlogged"
    case .defaultValue: "a new column is computed for each row"
    case .columnType: "a column changes its type"
    case .accessMethod: "it changes its access method"
    case .emptied: "its rows are thrown away, not read"
    }
  }
}
