internal import Bytes
internal import Migration
internal import Operations
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Restoration

extension Examination {
  /// Seconds after which a copy that is set aside was probably forgotten.
  private static let copyAge = 7.0 * 86_400

  /// What was begun in the database and waits for somebody: restores, patches, stops.
  func unfinished(_ repository: Repository?) async -> [Finding] {
    guard let database else { return [] }
    do {
      var findings = try await restores(database)
      findings += Self.patches(try await context.ledger(of: database))
      if let repository { findings += try await stops(database, repository) }
      return findings
    } catch let problem as Problem {
      return [Finding("unfinished", problem)]
    } catch {
      return [Finding(.bad, "unfinished", "\(error)")]
    }
  }

  private func restores(_ database: ConnectionSettings) async throws -> [Finding] {
    let schemas = try await SetAsideOperation.list(in: database).map {
      Self.copy($0.operation, $0.state, "schema \($0.schema)", $0.bytes, $0.age, database)
    }
    let databases = try await DatabaseOperation.list(in: database).map {
      Self.copy($0.operation, $0.state, "database \($0.database)", $0.bytes, $0.age, database)
    }
    return schemas + databases
  }

  private static func copy(
    _ operation: String,
    _ state: OperationState,
    _ what: String,
    _ bytes: Int?,
    _ age: Double,
    _ database: ConnectionSettings
  ) -> Finding {
    let into = "--into \(ShellWords.quoted([database.argument]))"
    let since = Quantity.duration(.seconds(age))
    if state.isUnfinished {
      return Finding(
        .warning,
        "restore",
        "operation \(operation) on \(what) is \(state.rawValue) since \(since)",
        advice: "drydock restore --resume \(operation) \(into), or --undo."
      )
    }
    let size = bytes.map { ", \(Quantity.bytes($0))" } ?? ""
    return Finding(
      age > copyAge ? .warning : .good,
      "restore",
      "the old copy of \(what) is set aside since \(since)\(size)",
      advice: age > copyAge
        ? "If nobody needs it: drydock restore --accept \(operation) \(into)" : nil
    )
  }

  private static func patches(_ state: Ledger.State) -> [Finding] {
    guard state.lastPosition > 0 else {
      return [Finding(.good, "patches", "no ledger; no patch was applied by drydock")]
    }
    let halves = state.latest.filter(\.isUnfinished).map { event in
      Finding(
        .bad,
        "patches",
        "\(event.version) began at \(event.started) and did not end",
        advice: "drydock status shows how far it came; drydock migrate goes on, repair settles it."
      )
    }
    let last = state.latest.last(where: \.isApplied)
    return halves.isEmpty
      ? [Finding(.good, "patches", last.map { "applied up to \($0.version)" } ?? "none is applied")]
      : halves
  }

  private func stops(
    _ database: ConnectionSettings,
    _ repository: Repository
  ) async throws -> [Finding] {
    let found = try await Lane("drydock.doctor").run {
      do {
        return try StopFindings.look(try Connection.openingForOwnQueries(database), repository)
      } catch let error as PostgresError {
        throw error.problem("cannot see whether \(database) is stopped")
      }
    }
    if found.isUnfinished {
      return [
        Finding(
          .bad,
          "stop",
          "a stop did not come to its end\(found.isClosed ? ", and the database takes no writes" : "")",
          advice: "drydock stop goes on with it; drydock start opens the database again."
        )
      ]
    }
    guard found.isClosed else { return [] }
    return [
      Finding(
        .warning,
        "stop",
        "the database is stopped: new transactions are read-only",
        advice: "drydock start --database URL opens it."
      )
    ]
  }
}
