internal import Postgres
internal import Problems
internal import Restoration

extension Examination {
  /// What a rehearsal would find on the server that is configured for it.
  func scratchServer() async -> [Finding] {
    guard let server = context.configuration.scratchServer else { return [] }
    return await looking("scratch server") { [database] in
      let facts: NamedServerFacts
      do {
        facts = try NamedServerFacts.read(try Connection.openingForOwnQueries(server))
      } catch let error as PostgresError {
        throw error.problem("cannot look at the scratch server \(server.place)")
      }
      var findings = [
        Finding(.good, "scratch server", "\(server.place), PostgreSQL \(facts.version)"),
        Finding(
          .warning,
          "scratch server",
          "nobody keeps what runs there apart",
          advice: "gate refuses without --unsafe-scratch; let it hold nothing else"
        ),
      ]
      if let problem = facts.unfitness { findings.append(Finding("scratch server", problem)) }
      if let database { findings += try Self.comparing(facts, with: database) }
      return findings + facts.remarks().map { Finding(.warning, "scratch server", $0) }
    }
  }

  private static func comparing(
    _ facts: NamedServerFacts,
    with database: ConnectionSettings
  ) throws -> [Finding] {
    let production: NamedServerFacts
    do {
      production = try NamedServerFacts.read(try Connection.openingForOwnQueries(database))
    } catch {
      // The part about the database tells that it cannot be reached.
      return []
    }
    var findings: [Finding] = []
    do {
      try facts.requireOther(than: production.systemIdentifier)
    } catch {
      findings.append(Finding("scratch server", error))
    }
    guard facts.major != production.major else { return findings }
    findings.append(
      Finding(
        .bad,
        "scratch server",
        "PostgreSQL \(facts.major), but the database is \(production.major)",
        advice: "a rehearsal needs the same major version"
      )
    )
    return findings
  }
}
