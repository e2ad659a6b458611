internal import FoundationEssentials
internal import Reports
internal import Repository
internal import Snapshot
internal import Verification

extension Proof {
  /// What was proven.
  ///
  /// - Parameters:
  ///   - isNew: Whether it was proven just now.
  ///   - content: The snapshot.
  /// - Returns: The report.
  func report(isNew: Bool, of content: SnapshotContent) -> Report {
    report(isNew: isNew, isDump: content.manifest.dump != nil)
  }

  /// What was proven of a snapshot, or of an imported dump, of which nobody knows what it holds.
  func report(isNew: Bool, isDump: Bool) -> Report {
    let time = Date(timeIntervalSince1970: TimeInterval(proven)).formatted(.iso8601)
    var fields: [Report.Field] = [
      .init("snapshot", snapshot),
      .init("proven", "level \(level.rawValue): \(meaning(isDump: isDump))"),
      .init(isNew ? "at" : "already at", time),
      .init("time", Quantity.duration(.seconds(seconds))),
    ]
    if let restoreSeconds {
      fields.append(.init("restore", Quantity.duration(.seconds(restoreSeconds))))
    }
    if let answers, answers > 0 {
      fields.append(.init("answers", "\(Quantity.count(answers)), all as at backup time"))
    }
    if let relations {
      fields.append(.init("pages", "\(Quantity.count(relations)) tables and indexes are sound"))
    } else if level == .restore && !isDump {
      fields.append(.init("pages", "not looked at: PostgreSQL's amcheck is not on this machine"))
    }
    return Report(
      blocks: [.values(fields)],
      json: [
        "event": "result", "snapshot": .string(snapshot), "level": JSONValue(level.rawValue),
        "proven": .string(time), "new": .boolean(isNew), "seconds": .number(seconds),
        "restore_seconds": restoreSeconds.map { .number($0) } ?? .null, "findings": .array([]),
        "sample": sample.map { JSONValue($0) } ?? .null,
        "answers": answers.map { JSONValue($0) } ?? .null,
        "relations": relations.map { JSONValue($0) } ?? .null,
      ],
      brief: brief(isNew: isNew)
    )
  }

  /// The snapshot, what was proven of it, and how long its restore took.
  private func brief(isNew: Bool) -> String {
    let restore = restoreSeconds.map { ", restored in \(Quantity.duration(.seconds($0)))" } ?? ""
    let snapshot = SnapshotName(snapshot)?.shortID ?? snapshot
    return "\(snapshot): level \(level.rawValue)\(isNew ? "" : " already")\(restore)"
  }

  private func meaning(isDump: Bool) -> String {
    if isDump && level == .restore { return "loaded into an empty server without an error" }
    guard let sample else { return level.meaning }
    return "\(sample) % of the rows, every object is there"
  }

  /// How old the proof is, for a list: `level 3, 2 days ago`.
  func brief(now: Date) -> String {
    let age = max(0, Int(now.timeIntervalSince1970) - proven)
    let share = sample.map { " (\($0) %)" } ?? ""
    return "level \(level.rawValue)\(share), \(Self.ago(age))"
  }

  /// How long ago something was, for a list: `2 days ago`.
  fileprivate static func ago(_ seconds: Int) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
    if days > 0 { return "\(Quantity.count(days, "day", "days")) ago" }
    if hours > 0 { return "\(Quantity.count(hours, "hour", "hours")) ago" }
    return minutes > 0 ? "\(Quantity.count(minutes, "minute", "minutes")) ago" : "just now"
  }
}

extension ProofFailure {
  /// What failed and when, for a list: `failed level 2, 2 days ago`.
  func brief(now: Date) -> String {
    let age = max(0, Int(now.timeIntervalSince1970) - failed)
    return "failed level \(level.rawValue), \(Proof.ago(age))"
  }
}

extension Proof.Level {
  /// What the level proves, in a few words.
  var meaning: String {
    switch self {
    case .presence: "every object is there"
    case .packs: "packs hash to their names"
    case .content: "every chunk opens, rows and digests add up"
    case .restore: "restored; rows, definition and answers are the same"
    }
  }
}

extension VerificationRun.Result {
  /// What is wrong.
  func report(of content: SnapshotContent) -> Report {
    var table = Table([.flexible("what"), .flexible("finding")])
    for finding in findings { table.add(finding.subject, finding.text) }
    return Report(
      title: title(of: content),
      blocks: [.table(table), .paragraph(advice, role: .bad)],
      json: [
        "event": "result", "snapshot": .string(content.name.text),
        "level": JSONValue(level.rawValue),
        "findings": .array(
          findings.map { ["subject": .string($0.subject), "text": .string($0.text)] }
        ),
      ],
      brief: "\(content.name.shortID): \(Quantity.count(findings.count, "finding", "findings"))"
    )
  }

  private func title(of content: SnapshotContent) -> String {
    switch level {
    case .presence, .content: "Snapshot \(content.name) is damaged"
    // All packs of the repository are hashed, whatever snapshot needs them.
    case .packs: "The repository is damaged, perhaps not where snapshot \(content.name) needs it"
    case .restore: "The copy of snapshot \(content.name) is not what it should be"
    }
  }

  private var advice: String {
    level == .packs
      ? "drydock check --read-data tells what that costs, and which snapshots."
      : "What is not listed can be restored: drydock restore ... --table. An older snapshot may"
        + " hold the rest: drydock snapshots."
  }
}
