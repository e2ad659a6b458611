internal import Bytes
internal import Problems
internal import Reports
internal import Restoration

extension DatabasePlan {
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
        .init("built as", "\(copy), beside the live one"),
        .init("kept as", setAside),
        .init("brings", "\(Quantity.count(rows, "row", "rows")), \(Quantity.bytes(bytes))"),
        .init("disk", space.words),
        .init("sessions", "\(sessions.count) now; all are ended when the names are exchanged"),
        .init("renamed from", maintenance),
      ])
    ]
    blocks += PlanBlocks(plan: self).blocks
    blocks += DatabaseBlocks(subscriptions: subscriptions, followers: followers).blocks
    blocks += PlanBlocks.confirmation(command)
    return Report(
      title: "Plan: replace database \(target.database); nothing was changed",
      blocks: blocks,
      json: [
        "event": "plan", "action": "replace", "operation": .string(operation),
        "database": .string(target.database), "copy": .string(copy),
        "set_aside": .string(setAside), "snapshot": .string(snapshot),
        "age_seconds": .number(age), "rows": JSONValue(rows), "token": .string(token),
        "command": .array(command.map { .string($0) }),
      ]
    )
  }
}

extension DatabaseCopyPlan {
  /// The plan of an undo or an accept.
  func report(_ command: [String]) -> Report {
    var blocks: [Report.Block] = [
      .values([
        .init("database", "\(target.database) on \(target.server), as role \(target.role)"),
        .init("operation", "\(operation), \(state.rawValue)"),
        .init("restores", "\(snapshot), begun \(Quantity.duration(.seconds(age))) ago"),
        .init(field, consequence),
      ])
    ]
    blocks += PlanBlocks(plan: self).blocks
    blocks += DatabaseBlocks(subscriptions: subscriptions, followers: followers).blocks
    blocks += PlanBlocks.confirmation(command)
    return Report(
      title: "Plan: \(action.rawValue) \(operation); nothing was changed",
      blocks: blocks,
      json: [
        "event": "plan", "action": .string(action.rawValue), "operation": .string(operation),
        "state": .string(state.rawValue), "database": .string(target.database),
        "copy": .string(copy), "token": .string(token),
        "command": .array(command.map { .string($0) }),
      ]
    )
  }

  private var field: String { newSetAside == nil ? "is dropped for good" : "becomes live" }

  private var consequence: String {
    if let newSetAside { return "\(copy); what is live now is kept as \(newSetAside)" }
    return isAbandoning ? "\(copy), which never was live" : copy
  }
}

/// What only plans of whole databases list.
private struct DatabaseBlocks {
  let subscriptions: [PlannedSubscription]
  let followers: [String]

  var blocks: [Report.Block] {
    var blocks: [Report.Block] = []
    if !subscriptions.isEmpty {
      let names = subscriptions.map { "\($0.name), \($0.isEnabled ? "enabled" : "disabled")" }
      blocks += [.heading("Subscriptions, which stay with the old copy"), .list(names)]
    }
    if !followers.isEmpty {
      blocks += [.heading("Elsewhere, to be looked at by hand"), .list(followers)]
    }
    return blocks
  }
}

extension DatabaseResult {
  /// What a replacement, an undo, an accept or a resume did; `command` makes the words that do
  /// something with the operation.
  func report(_ command: (_ action: String) -> [String]) -> Report {
    var fields: [Report.Field] = [
      .init("operation", operation), .init("state", state.rawValue), .init("database", database),
    ]
    if let rows { fields.append(.init("rows", Quantity.count(rows))) }
    if rows != nil {
      fields.append(.init("proof", "read back before the swap, every digest equal"))
    }
    if let setAside { fields.append(.init(isWaiting ? "built as" : "kept as", setAside)) }
    if let safetySnapshot { fields.append(.init("safety snapshot", safetySnapshot)) }
    if let swapSeconds {
      fields.append(.init("names exchanged in", Quantity.duration(.seconds(swapSeconds))))
    }
    fields.append(.init("time", Quantity.duration(.seconds(seconds))))
    var blocks: [Report.Block] = [.values(fields)]
    if !setBack.isEmpty {
      blocks += [
        .heading("Not applied any more; drydock migrate applies them again"),
        .list(setBack.map { "\($0.version) \($0.name)" }),
      ]
    }
    if !omissions.isEmpty {
      blocks += [.paragraph("Left out:", role: .warning), .list(omissions)]
    }
    if !notices.isEmpty { blocks.append(.list(notices)) }
    blocks += next(command).map { .paragraph($0) }
    return Report(
      blocks: blocks,
      json: [
        "event": "result", "operation": .string(operation), "state": .string(state.rawValue),
        "database": .string(database), "set_aside": JSONValue(setAside),
        "snapshot": .string(snapshot), "safety_snapshot": JSONValue(safetySnapshot),
        "swap_seconds": swapSeconds.map { .number($0) } ?? .null, "seconds": .number(seconds),
        "set_back": .array(setBack.map { .string($0.version) }),
        "omissions": .array(omissions.map { .string($0) }),
        "notices": .array(notices.map { .string($0) }),
      ]
    )
  }

  /// Whether the copy lacks something, and a person must say whether it will do.
  private var isWaiting: Bool { state == .proven }

  private func next(_ command: (_ action: String) -> [String]) -> [String] {
    let undo = ShellWords.quoted(command("--undo"))
    if state == .swapped { return ["To go back: \(undo)"] }
    guard isWaiting else { return [] }
    return [
      "The live database is as it was: the copy lacks what is listed, and waits.",
      "To exchange the names all the same: \(ShellWords.quoted(command("--resume")))",
      "To drop the copy: \(undo)",
    ]
  }
}
