internal import Problems
internal import Rehearsal
internal import Reports

/// One rehearsal for many databases or schemas: what came of each, and of all together.
struct TenantRehearsal {
  /// What came of one.
  private enum Ending {
    case judged(RehearsalSession.Outcome)
    case failed(Problem)
    case left
  }

  private var endings: [(name: String, ending: Ending)] = []
  /// Whether somebody asked to stop.
  private var wasInterrupted = false

  /// Rehearses for one; where there can be no rehearsal, the others go on.
  ///
  /// Nothing is thrown: whatever ends one, what came of those before it is to be told. Each "yes" of
  /// them has left a receipt.
  mutating func add(
    _ tenant: Tenant,
    _ body: () async throws -> RehearsalSession.Outcome
  ) async {
    wasInterrupted = wasInterrupted || Task.isCancelled
    guard !wasInterrupted else {
      endings.append((tenant.name, .left))
      return
    }
    do {
      endings.append((tenant.name, .judged(try await body())))
    } catch {
      let problem = Problem(ending: error)
      wasInterrupted = problem.kind == .interrupted
      endings.append((tenant.name, .failed(problem)))
    }
  }

  /// Done where all are a yes, else a "no", else what the first that could not be rehearsed says; an
  /// interruption is told before them, since nobody knows what the rest would have been.
  var status: ExitStatus {
    if wasInterrupted { return .interrupted }
    var status = ExitStatus.done
    for (_, ending) in endings {
      switch ending {
      case .judged(let outcome): if !outcome.verdict.isYes { return .verdict }
      case .failed(let problem): if status == .done { status = ExitStatus(problem.kind) }
      case .left: break
      }
    }
    return status
  }

  /// The whole report of a single one; else a line for each, and what is against the others.
  var report: Report {
    if endings.count == 1, case .judged(let outcome) = endings[0].ending { return outcome.report }
    var table = Table([
      .flexible("database"), .text("verdict"), .number("patches"), .text("receipt"),
    ])
    for (name, ending) in endings {
      switch ending {
      case .judged(let outcome):
        table.add(
          name,
          outcome.verdict.isYes ? "yes" : "no",
          Quantity.count(outcome.result.patches.count),
          outcome.receipt?.id ?? (outcome.result.patches.isEmpty ? "nothing pending" : "none")
        )
      case .failed(let problem): table.add(name, "not rehearsed: \(problem.code)", "", "")
      case .left: table.add(name, "left alone", "", "")
      }
    }
    return Report(
      title: "Rehearsal",
      blocks: [.table(table)] + endings.flatMap { Self.against($0.name, $0.ending) },
      json: [
        "event": "result", "tenants": .array(endings.map { Self.json($0.name, $0.ending) }),
      ]
    )
  }

  private static func against(_ name: String, _ ending: Ending) -> [Report.Block] {
    let words: [String] =
      switch ending {
      case .judged(let outcome): outcome.verdict.objections.map { "\($0.place): \($0.text)" }
      case .failed(let problem):
        [problem.summary, problem.reason, problem.hint].compactMap { $0 }
      case .left: []
      }
    return words.isEmpty ? [] : [.heading(name), .list(words)]
  }

  private static func json(_ name: String, _ ending: Ending) -> JSONValue {
    switch ending {
    case .judged(let outcome):
      [
        "tenant": .string(name), "verdict": .string(outcome.verdict.isYes ? "yes" : "no"),
        "rehearsal": outcome.report.json,
      ]
    case .failed(let problem):
      [
        "tenant": .string(name), "verdict": .null, "code": .string(problem.code),
        "error": .string(problem.summary),
      ]
    case .left: ["tenant": .string(name), "verdict": .null, "result": "left"]
    }
  }
}
