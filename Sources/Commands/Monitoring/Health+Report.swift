internal import FoundationEssentials
internal import Monitoring
internal import Reports
internal import Repository
internal import Verification

extension Health {
  /// A table of the databases, what is wrong, and what to do.
  var report: Report {
    var table = Table([
      .text(""), .flexible("database"), .text("newest"), .text("proven"), .number("restores in"),
      .number("snapshots"),
    ])
    for database in databases {
      table.add(
        database.state.word,
        database.label,
        database.age.map { "\(Self.time($0)) ago" } ?? "none",
        database.provenText,
        database.facts.lastRestore.map { Self.time($0.seconds) } ?? "",
        Quantity.count(database.facts.snapshots.count)
      )
    }
    var blocks: [Report.Block] = databases.isEmpty ? [] : [.table(table)]
    let lines = told
    if !lines.isEmpty { blocks += [.heading("Findings"), .list(lines.map { $0.text })] }
    let advice = lines.compactMap { $0.advice }.reduce(into: [String]()) { list, text in
      if !list.contains(text) { list.append(text) }
    }
    if !advice.isEmpty { blocks += [.heading("What to do"), .list(advice)] }
    if let storage { blocks.append(.values(storage.fields)) }
    return Report(blocks: blocks, json: json)
  }

  /// One line for each finding, the weightiest first.
  private var told: [(text: String, advice: String?)] {
    let all =
      findings.map { ("repository", $0) }
      + databases.flatMap { database in database.findings.map { (database.label, $0) } }
    return all.sorted { $0.1.state > $1.1.state }.map { subject, judged in
      ("\(judged.state.word): \(subject): \(judged.finding.text)", judged.finding.advice)
    }
  }

  /// The same for programs.
  private var json: JSONValue {
    [
      "event": "result", "state": .string(state.word), "time": .string(time.formatted(.iso8601)),
      "repository": .string(location), "findings": .array(findings.map(\.json)),
      "databases": .array(databases.map(\.json)),
      "storage": storage.map(\.json) ?? .null,
    ]
  }

  /// How the command ends for those who are no monitoring system.
  ///
  /// A warning is printed and is no failure, as with `doctor`.
  var exitStatus: ExitStatus {
    let all = findings + databases.flatMap(\.findings)
    if all.contains(where: \.finding.isDamage) { return .damaged }
    return switch state {
    case .good, .warning: .done
    case .unknown, .critical: .failed
    }
  }

  /// What a plugin prints: what is worst, in one line.
  var plugin: PluginOutput {
    let worst =
      findings.filter { $0.state == state && state != .good }
      .map(\.finding.text)
      + databases.filter { $0.state == state && state != .good }.map { database in
        "\(database.label): \(database.findings.first?.finding.text ?? "")"
      }
    let oldest = databases.compactMap(\.age).max().map { ", the oldest \(Self.time($0)) ago" }
    let fine =
      "\(Quantity.count(databases.count, "database", "databases")) backed up\(oldest ?? "")"
    return PluginOutput(
      service: "DRYDOCK",
      status: state.pluginStatus,
      summary: worst.isEmpty ? fine : worst.joined(separator: "; "),
      numbers: numbers,
      details: findings.map { "\($0.state.word): \($0.finding.text)" }
        + databases.map { database in
          let texts = database.findings.map(\.finding.text)
          let age = database.age.map { "newest \(Self.time($0)) ago" } ?? "no snapshot"
          let facts = [age, database.provenText.isEmpty ? "not proven" : database.provenText]
          return "\(database.state.word): \(database.label): "
            + (facts + texts).joined(separator: "; ")
        }
    )
  }

  private var numbers: [PluginOutput.Number] {
    let size = storage.map { PluginOutput.Number("size", $0.bytes, unit: "B") }
    return databases.flatMap(\.numbers) + [size].compactMap { $0 }
  }

  private static func time(_ seconds: Double) -> String {
    Quantity.duration(.seconds(seconds.rounded()))
  }
}

extension HealthState {
  /// The state in the words that monitoring systems use.
  var word: String { self == .good ? "ok" : rawValue }

  /// The state as a plugin ends.
  var pluginStatus: PluginOutput.Status {
    switch self {
    case .good: .ok
    case .warning: .warning
    case .critical: .critical
    case .unknown: .unknown
    }
  }
}

extension DatabaseHealth {
  /// The last proof that counts: `level 2, 3 d 4 h ago`; where none does, the best there is.
  var provenText: String {
    guard let shown = proof ?? facts.bestProof(at: time) else { return "" }
    let age = max(0, time.timeIntervalSince1970 - Double(shown.proven))
    return "level \(shown.level.rawValue), \(Quantity.duration(.seconds(age.rounded()))) ago"
  }

  /// The ages, with the limits that they are held against.
  fileprivate var numbers: [PluginOutput.Number] {
    let backup = age.map {
      PluginOutput.Number(
        "\(label) age",
        Int($0),
        unit: "s",
        warning: limits?.warnAge.map { Int($0) },
        critical: limits.map { Int($0.maxAge) }
      )
    }
    let proven = proofAge.map {
      PluginOutput.Number(
        "\(label) proof",
        Int($0),
        unit: "s",
        warning: limits?.proofMaxAge.map { Int($0) },
        critical: limits?.proofCriticalAge.map { Int($0) }
      )
    }
    return [backup, proven].compactMap { $0 }
  }

  fileprivate var json: JSONValue {
    [
      "database": .string(facts.name), "cluster": .string(facts.systemIdentifier),
      "state": .string(state.word),
      "snapshots": JSONValue(facts.snapshots.count),
      "newest": newest.map { .string($0.name.text) } ?? .null,
      "taken": newest.map { .string($0.taken.formatted(.iso8601)) } ?? .null,
      "age_seconds": age.map { JSONValue(Int($0)) } ?? .null,
      "proof_level": proof.map { JSONValue($0.level.rawValue) } ?? .null,
      "proof_age_seconds": proofAge.map { JSONValue(Int($0)) } ?? .null,
      "restore_seconds": facts.lastRestore.map { .number($0.seconds) } ?? .null,
      "findings": .array(findings.map(\.json)),
    ]
  }
}

extension JudgedFinding {
  fileprivate var json: JSONValue {
    [
      "state": .string(state.word), "code": .string(finding.code), "text": .string(finding.text),
      "advice": JSONValue(finding.advice),
    ]
  }
}

extension StorageFacts {
  fileprivate var fields: [Report.Field] {
    var fields = [Report.Field("repository", Quantity.bytes(bytes))]
    if let growth {
      fields.append(
        .init(
          "growth",
          "\(Quantity.bytes(growth.bytesPerMonth)) a month"
            + (growth.isMeasured ? "" : ", as stored by snapshots")
        )
      )
    }
    if let disk {
      fields.append(
        .init("disk", "\(Quantity.bytes(disk.free)) free of \(Quantity.bytes(disk.size))")
      )
    }
    return fields
  }

  fileprivate var json: JSONValue {
    [
      "bytes": JSONValue(bytes),
      "growth_bytes_per_month": growth.map { JSONValue($0.bytesPerMonth) } ?? .null,
      "growth_measured": growth.map { .boolean($0.isMeasured) } ?? .null,
      "disk_free_bytes": disk.map { JSONValue($0.free) } ?? .null,
      "disk_bytes": disk.map { JSONValue($0.size) } ?? .null,
    ]
  }
}
