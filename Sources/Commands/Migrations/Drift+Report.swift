internal import Catalog
internal import Migration
internal import Reports
internal import Verification

extension Drift {
  /// What differs.
  var report: Report {
    var blocks: [Report.Block] = []
    if !patches.isEmpty {
      var table = Table([.text("version"), .flexible("patch"), .text("standing")])
      for item in patches { table.add("\(item.version)", item.name, item.standing.rawValue) }
      blocks += [.heading("Ledger and patch files"), .table(table)]
    }
    if !schema.isEmpty {
      blocks += [
        .heading("Schema: + live only, - missing in the live database, ~ different"),
        .preformatted(schema.lines.joined(separator: "\n")),
      ]
    }
    if isEmpty { blocks.append(.paragraph("The live database is what it should be.", role: .good)) }
    if pending > 0 {
      blocks.append(.paragraph("\(Quantity.count(pending, "patch is", "patches are")) pending."))
    }
    return Report(blocks: blocks, json: json, brief: brief)
  }

  private var brief: String {
    let objects = schema.added.count + schema.removed.count + schema.changed.count
    let parts = [
      objects > 0 ? "\(Quantity.count(objects, "object differs", "objects differ"))" : nil,
      patches.isEmpty ? nil : Quantity.count(patches.count, "patch", "patches") + " to look at",
      pending > 0 ? "\(Quantity.count(pending)) pending" : nil,
    ]
    let words = parts.compactMap { $0 }.joined(separator: ", ")
    return words.isEmpty ? "as it should be" : words
  }

  private var json: JSONValue {
    [
      "event": "result", "drift": .boolean(!isEmpty), "pending": JSONValue(pending),
      "patches": .array(
        patches.map {
          [
            "version": .string("\($0.version)"), "name": .string($0.name),
            "standing": .string($0.standing.rawValue),
          ]
        }
      ),
      "added": .array(schema.added.map { .string("\($0.object)") }),
      "missing": .array(schema.removed.map { .string("\($0.object)") }),
      "different": .array(schema.changed.map { .string("\($0.object)") }),
      "lines": .array(schema.lines.map { .string($0) }),
    ]
  }
}
