internal import Migration
internal import Problems
internal import Rehearsal
internal import Reports

/// One operation on many databases or schemas: what came of each, and of all together.
struct TenantRun {
  /// What came of one.
  private enum Ending {
    case done([PatchOutcome])
    case failed(Problem)
    case left
  }

  /// Whether patches are applied or taken back.
  let direction: Receipt.Direction
  /// Whether the first failure leaves the rest alone.
  let stopsAtFailure: Bool
  private var endings: [(name: String, ending: Ending)] = []
  /// Whether somebody asked to stop.
  private var wasInterrupted = false

  init(_ direction: Receipt.Direction, stopsAtFailure: Bool) {
    self.direction = direction
    self.stopsAtFailure = stopsAtFailure
  }

  /// Runs one; its failure does not end the others, unless that was asked for.
  ///
  /// Nothing is thrown: whatever ends one, what came of those before it is to be told.
  mutating func add(
    _ tenant: Tenant,
    _ body: () async throws -> [PatchOutcome]
  ) async {
    wasInterrupted = wasInterrupted || Task.isCancelled
    guard !isOver else {
      endings.append((tenant.name, .left))
      return
    }
    do {
      endings.append((tenant.name, .done(try await body())))
    } catch {
      let problem = Problem(ending: error)
      wasInterrupted = wasInterrupted || problem.kind == .interrupted
      endings.append((tenant.name, .failed(problem)))
    }
  }

  private var isOver: Bool { wasInterrupted || (stopsAtFailure && !failures.isEmpty) }

  private var failures: [Problem] {
    endings.compactMap { if case .failed(let problem) = $0.ending { problem } else { nil } }
  }

  private var changed: Int {
    endings.count { if case .done(let outcomes) = $0.ending { !outcomes.isEmpty } else { false } }
  }

  /// Done, what the failures have in common where nothing was changed, or changed in part.
  ///
  /// A tenant that stands between two patches is told before an interruption is.
  var status: ExitStatus {
    if failures.contains(where: { $0.kind == .partial }) { return .partial }
    if wasInterrupted { return .interrupted }
    guard let first = failures.first else { return .done }
    let isSame = failures.allSatisfy { $0.kind == first.kind }
    return changed == 0 && isSame ? ExitStatus(first.kind) : .partial
  }

  /// A line for each, and the words of each failure.
  var report: Report {
    var table = Table([.flexible("database"), .text("result"), .number("patches"), .number("time")])
    for (name, ending) in endings {
      switch ending {
      case .done(let outcomes):
        table.add(
          name,
          outcomes.isEmpty ? direction.nothing : "done",
          Quantity.count(outcomes.count),
          Quantity.duration(.seconds(outcomes.reduce(0) { $0 + $1.seconds }))
        )
      case .failed(let problem):
        let what = problem.kind == .partial ? "changed in part" : "failed"
        table.add(name, "\(what): \(problem.code)", "", "")
      case .left: table.add(name, "left alone", "", "")
      }
    }
    return Report(
      blocks: [.table(table), .paragraph(summary)] + failureBlocks,
      json: ["event": "result", "tenants": .array(endings.map { json($0.name, $0.ending) })]
    )
  }

  private var summary: String {
    let done = endings.count - failures.count - left
    return "\(Quantity.count(done)) of \(Quantity.count(endings.count)) done,"
      + " \(Quantity.count(failures.count)) failed, \(Quantity.count(left)) left alone."
  }

  private var left: Int {
    endings.count { if case .left = $0.ending { true } else { false } }
  }

  private var failureBlocks: [Report.Block] {
    endings.flatMap { name, ending -> [Report.Block] in
      guard case .failed(let problem) = ending else { return [] }
      let words =
        [problem.summary, problem.reason].compactMap { $0 }
        + problem.facts.map { "\($0.name): \($0.value)" } + [problem.hint].compactMap { $0 }
      return [.heading(name), .list(words)]
    }
  }

  private func json(_ name: String, _ ending: Ending) -> JSONValue {
    switch ending {
    case .done(let outcomes):
      [
        "tenant": .string(name), "result": "done",
        direction.outcome: .array(outcomes.map { .string("\($0.version)") }),
      ]
    case .failed(let problem):
      [
        "tenant": .string(name), "result": "failed", "code": .string(problem.code),
        "kind": .string(problem.kind.rawValue), "error": .string(problem.summary),
        "reason": JSONValue(problem.reason), "facts": problem.factsJSON,
        "hint": JSONValue(problem.hint),
      ]
    case .left: ["tenant": .string(name), "result": "left"]
    }
  }
}
