internal import Postgres
internal import Problems

/// How far a patch outside a transaction has come: what was noted last for each of its steps.
struct Progress: Sendable {
  /// What a row of `drydock.progress` says about a step.
  enum State: String {
    /// The patch began to run step by step; it stands with step 0.
    case begun
    /// The step was about to run.
    case intent
    /// The step has run.
    case done
    /// A person said that the step has not run.
    case redo
  }

  /// One row.
  struct Entry {
    var state: State
    /// What the step held, so that an edit of what has run is noticed.
    var digest: String
    /// What was there before, where that decides later what became of the step.
    var note: String?

    func with(_ state: State) -> Entry {
      Entry(state: state, digest: digest)
    }
  }

  private var entries: [Int: Entry] = [:]
  /// Whether the patch runs step by step; else its event stayed open because a statement committed.
  private(set) var hasBegun = false
  /// What must stay the same until the end, as it was noted at the beginning.
  private(set) var beginning = ""
  /// Whether a batch of a backfill has run.
  private var hasBatches = false

  /// How many steps have run.
  var doneCount: Int { entries.values.count { $0.state == .done } }

  /// Whether no step or batch has run or was about to.
  var isUntouched: Bool { !hasBatches && entries.values.allSatisfy { $0.state == .redo } }

  /// Whether a step has run.
  func isDone(_ step: Int) -> Bool { entries[step]?.state == .done }

  /// Whether a step was about to run when an earlier run ended, and nobody has settled it since.
  func isUndecided(_ step: Int) -> Bool { entries[step]?.state == .intent }

  /// The last row of a step.
  subscript(step: Int) -> Entry? { entries[step] }

  /// Throws when a step that has run, or was about to, is another one in the file now.
  ///
  /// What has not run yet may be corrected: that is how a patch that failed in its middle goes on.
  func requireUnedited(_ script: Script) throws {
    let steps = script.directives.isOutsideTransaction ? script.steps : []
    let edited = try entries.filter { number, entry in
      guard entry.state != .redo else { return false }
      // Anybody may have written to the ledger: a step that no script has is none of this one's.
      guard number >= 1, number <= steps.count else { return true }
      return try steps[number - 1].digest() != entry.digest
    }
    guard let step = edited.keys.min() else { return }
    throw Problem(
      .refused,
      code: "plan.edited-while-unfinished",
      "\(script.file) began and did not end, and its step \(step) was edited after it had run",
      hint: "Put back the first \(step) steps as they were; what has not run yet may be edited."
    )
  }

  static func read(_ position: Int, _ connection: Connection) throws -> Progress {
    var progress = Progress()
    let rows = try connection.query(
      "SELECT step, state, digest, note FROM drydock.progress WHERE event = $1 ORDER BY entry",
      [Parameter(position)]
    )
    for row in rows {
      progress.hasBegun = true
      guard let state = State(rawValue: row.string("state")) else { continue }
      guard state != .begun else {
        progress.beginning = row.string("digest")
        continue
      }
      progress.entries[row.int("step")] = Entry(
        state: state,
        digest: row.string("digest"),
        note: row["note"]
      )
    }
    progress.hasBatches = try hasBatches(position, connection)
    return progress
  }

  /// A ledger that an older drydock made has no place for batches.
  private static func hasBatches(_ position: Int, _ connection: Connection) throws -> Bool {
    let exists = "SELECT pg_catalog.to_regclass('drydock.batches') IS NOT NULL"
    guard try connection.query(exists, []).bool else { return false }
    return try connection.query(
      "SELECT EXISTS (SELECT FROM drydock.batches WHERE event = $1)",
      [Parameter(position)]
    ).bool
  }
}
