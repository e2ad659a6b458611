internal import Bytes
internal import Problems
internal import Reports
internal import Restoration

extension ReplacementPlan {
  /// The plan as a person reads it before anything is touched; its last line is the command.
  func report(_ command: [String]) -> Report {
    var blocks: [Report.Block] = [
      .values([
        .init("database", "\(target.database) on \(target.server), as role \(target.role)"),
        .init("system", "\(target.systemIdentifier), database oid \(target.oid)"),
        .init("label", target.label ?? "none"),
        .init(
          "snapshot",
          isOtherDatabase ? "\(snapshot) of ANOTHER database, \(snapshotDatabase)" : snapshot
        ),
        .init("age", Quantity.duration(.seconds(age))),
        drops
          ? .init("dropped", "the live schema, once a proven snapshot has it")
          : .init("kept as", setAside),
        .init("way", way.words(copy)),
        .init("brings", "\(Quantity.count(rows, "row", "rows")), \(Quantity.bytes(bytes))"),
        .init("disk", space.words),
        .init(
          "locks",
          "\(Quantity.count(locks.needed)) of \(Quantity.count(locks.capacity - locks.used)) free"
        ),
      ])
    ]
    blocks += PlanBlocks(plan: self).blocks
    if !omissions.isEmpty { blocks += [.heading("Cannot be brought back"), .list(omissions)] }
    blocks += PlanBlocks.confirmation(command)
    return Report(
      title: "Plan: replace schema \(schema); nothing was changed",
      blocks: blocks,
      json: [
        "event": "plan", "action": "replace", "operation": .string(operation),
        "database": .string(target.database), "schema": .string(schema),
        "set_aside": .string(setAside), "snapshot": .string(snapshot),
        "way": .string(way.rawValue), "drops": .boolean(drops),
        "age_seconds": .number(age), "rows": JSONValue(rows), "token": .string(token),
        "command": .array(command.map { .string($0) }),
      ]
    )
  }
}

extension SetAsidePlan {
  /// The plan of an undo or an accept.
  func report(_ command: [String]) -> Report {
    let isUndo = action == .undo
    var blocks: [Report.Block] = [
      .values([
        .init("database", "\(target.database) on \(target.server), as role \(target.role)"),
        .init("operation", operation),
        .init("restored", "\(snapshot), \(Quantity.duration(.seconds(age))) ago"),
        givesUp
          ? .init("is dropped", "\(setAside), which was never live")
          : isUndo
            ? .init("becomes live", "\(setAside); what is live now is kept as \(newSetAside)")
            : .init("is dropped for good", setAside),
      ])
    ]
    blocks += PlanBlocks(plan: self).blocks
    if !unfitting.isEmpty {
      blocks += [.heading("Foreign keys that will not hold, and stay unchecked"), .list(unfitting)]
    }
    blocks += PlanBlocks.confirmation(command)
    return Report(
      title: "Plan: \(isUndo ? "undo" : "accept") \(operation); nothing was changed",
      blocks: blocks,
      json: [
        "event": "plan", "action": .string(isUndo ? "undo" : "accept"),
        "operation": .string(operation), "database": .string(target.database),
        "schema": .string(schema), "set_aside": .string(setAside),
        "unfitting": .array(unfitting.map { .string($0) }), "token": .string(token),
        "command": .array(command.map { .string($0) }),
      ]
    )
  }
}

extension ReplacementWay {
  /// What it means for others, in words.
  fileprivate func words(_ copy: String) -> String {
    switch self {
    case .transaction: "one transaction: everybody waits from its first lock to its end"
    case .beside: "built beside, as \(copy): everybody waits for the exchange of names alone"
    }
  }
}

extension PlannedSpace {
  /// What is needed and what is there, in words.
  var words: String {
    let known = free.map { "\(Quantity.bytes($0)) free" } ?? "free space not visible from here"
    return "\(Quantity.bytes(needed)) needed, \(known)"
  }
}

extension ReplacementResult {
  /// What a replacement did.
  func report(into target: String) -> Report {
    var blocks: [Report.Block] = [
      .values([
        .init("operation", operation), .init("rows", Quantity.count(rows)),
        safetySnapshot.map { .init("dropped; safe in", $0) } ?? .init("kept as", setAside),
        .init("proof", "read back before the swap, every digest equal"),
        .init("time", Quantity.duration(.seconds(seconds))),
      ])
    ]
    if !setBack.isEmpty {
      blocks += [
        .heading("Set back in the ledger"), .list(setBack.map { "\($0.version) \($0.name)" }),
      ]
    }
    if !omissions.isEmpty {
      blocks += [.paragraph("Left out:", role: .warning), .list(omissions)]
    }
    blocks.append(.paragraph("To go back: \(ShellWords.quoted(wayBack(into: target)))"))
    return Report(
      blocks: blocks,
      json: [
        "event": "result", "operation": .string(operation), "set_aside": .string(setAside),
        "rows": JSONValue(rows), "seconds": .number(seconds),
        "safety_snapshot": JSONValue(safetySnapshot),
        "set_back": .array(setBack.map { .string($0.version) }),
        "omissions": .array(omissions.map { .string($0) }),
      ]
    )
  }
}

extension ReplacementResult {
  /// The command that brings the old content back: out of the snapshot where no copy was kept.
  private func wayBack(into target: String) -> [String] {
    let restore = ["drydock", "restore"]
    guard let safetySnapshot else { return restore + ["--undo", operation, "--into", target] }
    return restore + [safetySnapshot, "--into", target, "--replace", "--schema", schema]
  }
}

extension SetAsideResult {
  /// What an undo, an accept or a resume did.
  var report: Report {
    var fields: [Report.Field] = [
      .init("operation", operation), .init("state", state.rawValue), .init("schema", schema),
      .init("set aside", setAside),
    ]
    if let safetySnapshot { fields.append(.init("safety snapshot", safetySnapshot)) }
    var blocks: [Report.Block] = [.values(fields)]
    if !notices.isEmpty { blocks.append(.list(notices)) }
    return Report(
      blocks: blocks,
      json: [
        "event": "result", "operation": .string(operation), "state": .string(state.rawValue),
        "schema": .string(schema), "set_aside": .string(setAside),
        "safety_snapshot": JSONValue(safetySnapshot),
        "notices": .array(notices.map { .string($0) }),
      ]
    )
  }
}
