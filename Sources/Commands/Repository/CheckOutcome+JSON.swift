internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

extension CheckOutcome {
  /// The whole outcome for programs.
  var json: JSONValue {
    [
      "event": "result", "snapshots": JSONValue(check.snapshots),
      "snapshots_of_others": JSONValue(check.snapshotsOfOthers),
      "packs": JSONValue(check.packs), "chunks": JSONValue(check.chunks),
      "packs_marked": JSONValue(check.packsMarked),
      "left_over_packs": JSONValue(check.packsWithoutIndex),
      "packs_read": JSONValue(check.packsRead), "bytes_read": JSONValue(check.bytesRead),
      "read_percent": JSONValue(check.sample?.percent ?? 0),
      "repaired": repair?.json ?? nil,
      "warnings": .array((rollback.map { [$0] } ?? []).map { .string($0.description) }),
      "findings": .array(check.findings.map(\.json)),
      "losses": .array(losses.map(\.json)),
    ]
  }
}

extension CheckReport.Finding {
  fileprivate var json: JSONValue {
    [
      "harm": .string(harm.rawValue), "object": .string(object),
      "offset": offset.map { JSONValue($0) } ?? nil, "text": .string(reason),
    ]
  }
}

extension RepairReport {
  fileprivate var json: JSONValue {
    [
      "indexed_packs": JSONValue(indexedPacks), "salvaged_chunks": JSONValue(salvagedChunks),
      "salvaged_packs": .array(salvagedPacks.map { .string($0) }),
    ]
  }
}

extension SnapshotLoss {
  fileprivate var json: JSONValue {
    [
      "snapshot": .string(snapshot.text), "taken": JSONValue(taken),
      "database": JSONValue(database),
      "lost": .array(parts.map(\.json)),
      "whole": [
        "tables": JSONValue(whole.tables), "whole_tables": JSONValue(whole.wholeTables),
        "rows": JSONValue(whole.rows), "restorable_rows": JSONValue(whole.restorableRows),
        "sequences": JSONValue(whole.sequences),
        "large_objects": JSONValue(whole.largeObjects),
        "restorable_large_objects": JSONValue(whole.restorableLargeObjects),
      ],
    ]
  }
}

extension SnapshotLoss.Part {
  fileprivate var json: JSONValue {
    let because = JSONValue.Member("because_of", .array(causes.map { .string($0) }))
    return .object((subject.json.members ?? []) + [because])
  }
}

extension SnapshotLoss.Subject {
  fileprivate var json: JSONValue {
    switch self {
    case .everything: ["part": "everything"]
    case .schema: ["part": "schema"]
    case .roles: ["part": "roles"]
    case .fingerprint: ["part": "fingerprint"]
    case .rows(let lost): lost.json
    case .largeObject(let oid, let bytes):
      ["part": "large_object", "oid": JSONValue(oid), "bytes": JSONValue(bytes)]
    case .largeObjects(let count):
      ["part": "large_objects", "at_most": JSONValue(count)]
    case .dumpFile(let file, let bytes):
      ["part": "dump", "file": .string(file), "bytes": bytes.map { JSONValue($0) } ?? nil]
    }
  }
}

extension LostRows {
  fileprivate var json: JSONValue {
    [
      "part": "rows", "table": .string(table),
      "first_stripe": JSONValue(stripes.lowerBound),
      "last_stripe": JSONValue(stripes.upperBound),
      "first_page": pages.map { JSONValue($0.lowerBound) } ?? nil,
      "last_page": pages.map { JSONValue($0.upperBound) } ?? nil,
      "rows": rows.map { JSONValue($0) } ?? nil,
      "rows_before": rowsBefore.map { JSONValue($0) } ?? nil,
      "is_scattered": JSONValue(isScattered),
    ]
  }
}
