internal import Catalog
internal import Reports
internal import Repository
internal import Snapshot

/// What differs between two snapshots, for a person and for programs.
struct DiffOutcome: Sendable {
  let old: SnapshotContent
  let new: SnapshotContent
  let schema: SchemaDifference
  let data: SnapshotDifference

  var report: Report {
    var blocks: [Report.Block] = [
      .values([.init("from", Self.line(old)), .init("to", Self.line(new))])
    ]
    if schema.isEmpty && data.isEmpty {
      blocks.append(.paragraph("Nothing differs, in schema or rows."))
    } else {
      blocks += schemaBlocks + tableBlocks + sequenceBlocks + largeObjectBlocks
    }
    return Report(blocks: blocks, json: json)
  }

  private static func line(_ content: SnapshotContent) -> String {
    let manifest = content.manifest
    return "\(content.name.shortID)  \(manifest.taken.prefix(19))Z  \(manifest.database.name)"
      + (manifest.isPartial ? " (partial)" : "")
  }

  private var schemaBlocks: [Report.Block] {
    guard !schema.isEmpty else { return [.paragraph("The schema is the same.")] }
    return [.heading("Schema"), .preformatted(schema.lines.joined(separator: "\n"))]
  }

  private var tableBlocks: [Report.Block] {
    let equal = Quantity.count(data.equalTables, "table", "tables")
    guard !data.tables.isEmpty else {
      return [.paragraph("The rows of all \(equal) are the same.")]
    }
    let counted = data.tables.contains { $0.rows != nil }
    let counts: [Table.Column] = counted ? [.number("removed"), .number("added")] : []
    var table = Table(
      [.flexible("table"), .number("rows before"), .number("after"), .number("stripes changed")]
        + counts + [.text("")]
    )
    for item in data.tables {
      let cells = counted ? [Self.text(item.rows?.removed), Self.text(item.rows?.added)] : []
      table.rows.append(
        [
          item.label, Self.text(item.old?.rows), Self.text(item.new?.rows),
          Quantity.count(item.changedStripes),
        ] + cells + [Self.remark(item)]
      )
    }
    var blocks: [Report.Block] = [.heading("Rows"), .table(table)]
    if counted { blocks.append(.paragraph("An updated row counts as removed and as added.")) }
    if data.equalTables > 0 { blocks.append(.paragraph("The same in both: \(equal).")) }
    return blocks
  }

  private static func remark(_ table: TableDifference) -> String {
    if table.old == nil { return "new" }
    if table.new == nil { return "gone" }
    return table.hasSameColumns ? "" : "other columns"
  }

  private var sequenceBlocks: [Report.Block] {
    Self.values(data.sequences, "Sequences", "sequence") { Self.text($0) }
  }

  private var largeObjectBlocks: [Report.Block] {
    Self.values(data.largeObjects, "Large objects", "oid") { $0.map { Quantity.bytes($0) } ?? "" }
  }

  private static func values(
    _ values: [SnapshotDifference.Value],
    _ heading: String,
    _ name: String,
    _ text: (Int?) -> String
  ) -> [Report.Block] {
    guard !values.isEmpty else { return [] }
    var table = Table([.flexible(name), .number("before"), .number("after")])
    for value in values { table.add(value.label, text(value.old), text(value.new)) }
    return [.heading(heading), .table(table)]
  }

  private static func text(_ count: Int?) -> String { count.map { Quantity.count($0) } ?? "" }
}

extension DiffOutcome {
  /// The same for programs.
  private var json: JSONValue {
    [
      "event": "result",
      "from": .string(old.name.text),
      "to": .string(new.name.text),
      "schema": .array(schema.lines.map { .string($0) }),
      "equal_tables": .integer(Int64(data.equalTables)),
      "tables": .array(data.tables.map(Self.json)),
      "sequences": .array(data.sequences.map(Self.json)),
      "large_objects": .array(data.largeObjects.map(Self.json)),
    ]
  }

  private static func json(_ table: TableDifference) -> JSONValue {
    [
      "table": .string(table.label),
      "rows_before": number(table.old?.rows),
      "rows_after": number(table.new?.rows),
      "changed_stripes": .integer(Int64(table.changedStripes)),
      "removed": number(table.rows?.removed),
      "added": number(table.rows?.added),
    ]
  }

  private static func json(_ value: SnapshotDifference.Value) -> JSONValue {
    ["name": .string(value.label), "before": number(value.old), "after": number(value.new)]
  }

  private static func number(_ value: Int?) -> JSONValue {
    value.map { .integer(Int64($0)) } ?? .null
  }
}
