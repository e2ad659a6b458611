internal import Reports
internal import Snapshot

extension SnapshotLoss {
  /// Snapshots that follow each other and have lost the same.
  struct Group {
    var losses: [SnapshotLoss]

    /// One lost pack may cost a year of nights the same rows: that is told once.
    static func grouping(_ losses: [SnapshotLoss]) -> [Group] {
      var groups: [Group] = []
      for loss in losses {
        if let first = groups.last?.losses.first, first.isAlike(loss) {
          groups[groups.count - 1].losses.append(loss)
        } else {
          groups.append(Group(losses: [loss]))
        }
      }
      return groups
    }
  }

  private func isAlike(_ other: SnapshotLoss) -> Bool {
    database == other.database && parts == other.parts && whole == other.whole
  }

  /// `1f2e3d4c of shop, taken 2026-01-31T02:00:00Z`.
  private var label: String {
    guard let taken, let database else {
      return "\(snapshot.shortID) (\(snapshot))"
    }
    return "\(snapshot.shortID) of \(database), taken \(taken.prefix(19))Z"
  }
}

extension SnapshotLoss.Group {
  /// Rows of a table that fit a screen; programs get them all.
  private static let shown = 50

  /// Which snapshots, what they have lost, and what they still have.
  var blocks: [Report.Block] {
    guard let first = losses.first else { return [] }
    var blocks: [Report.Block] = [.list(losses.map { "snapshot \($0.label)" })]
    guard first.taken != nil else {
      return blocks + [
        .paragraph("Nothing of it can be restored, since its manifest cannot be read.")
      ]
    }
    blocks.append(.table(Self.table(first.parts)))
    if first.parts.count > Self.shown {
      let more = Quantity.count(first.parts.count - Self.shown)
      blocks.append(.paragraph("And \(more) more, which --json lists."))
    }
    return blocks + [.paragraph("What can be restored: \(first.whole.text).")]
  }

  private static func table(_ parts: [SnapshotLoss.Part]) -> Table {
    var table = Table([
      .flexible("lost"), .number("rows"), .number("heap pages"), .number("rows before them"),
      .flexible("because of"),
    ])
    for part in parts.prefix(shown) {
      let (rows, pages, before) = part.subject.numbers
      let more = part.causes.count > 1 ? " and \(part.causes.count - 1) more" : ""
      let cause = part.causes.first.map { $0 + more } ?? "no index names it"
      table.add(part.subject.text, rows, pages, before, cause)
    }
    return table
  }
}

extension SnapshotLoss.Subject {
  fileprivate var text: String {
    switch self {
    case .everything: "everything"
    case .schema: "the schema's definition"
    case .roles: "roles and tablespaces"
    case .fingerprint: "the schema's fingerprint"
    case .rows(let lost):
      lost.isScattered ? "rows of \(lost.table), with gaps" : "rows of \(lost.table)"
    case .largeObject(let oid, let bytes): "large object \(oid), \(Quantity.bytes(bytes))"
    case .largeObjects(let count): "up to \(Quantity.count(count)) large objects"
    case .dumpFile(let file, let bytes):
      (bytes.map { "\(Quantity.bytes($0)) of the dump" } ?? "parts of the dump")
        + (file.isEmpty ? "" : "'s file \(file)")
    }
  }

  fileprivate var numbers: (rows: String, pages: String, before: String) {
    guard case .rows(let lost) = self else { return ("", "", "") }
    let pages = lost.pages.map { "\($0.lowerBound) to \($0.upperBound)" } ?? ""
    let before = lost.rowsBefore.map { Quantity.count($0) } ?? "unknown"
    return (lost.rows.map { Quantity.count($0) } ?? "unknown", pages, before)
  }
}

extension SnapshotLoss.Whole {
  fileprivate var text: String {
    if files > 0 {
      let all = Quantity.count(files, "file of a dump", "files of a dump")
      return "\(Quantity.count(wholeFiles)) of \(all) whole"
    }
    var parts = [
      "\(Quantity.count(wholeTables)) of \(Quantity.count(tables, "table", "tables")) whole",
      "\(Quantity.count(restorableRows)) of \(Quantity.count(rows, "row", "rows"))",
      "\(Quantity.count(sequences, "sequence", "sequences"))",
    ]
    if largeObjects > 0 {
      let all = Quantity.count(largeObjects, "large object", "large objects")
      parts.append("\(Quantity.count(restorableLargeObjects)) of \(all)")
    }
    return parts.joined(separator: ", ")
  }
}
