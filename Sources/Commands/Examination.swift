internal import Cluster
internal import FoundationEssentials
internal import ObjectStore
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

/// What `doctor` looks at, part by part; a part that fails is a finding, and the next one follows.
struct Examination {
  let context: Context
  let database: ConnectionSettings?

  func run() async -> [Finding] {
    var findings = configuration()
    let (server, found) = await databaseFindings()
    findings += found
    findings += await programs(server)
    findings += Isolation.available.shortcomings.map {
      Finding(.warning, "scratch", $0, advice: "gate refuses without --unsafe-scratch")
    }
    if Isolation.available.isComplete {
      findings.append(Finding(.good, "scratch", "own user, no network, empty environment"))
    }
    findings += await scratchServer()
    return findings + (await repository())
  }

  private func configuration() -> [Finding] {
    let files = context.configuration.files
    guard !files.isEmpty else {
      return [Finding(.good, "configuration", "no file; flags and environment only")]
    }
    return files.map { Finding(.good, "configuration", $0) }
  }

  private func programs(_ server: Int?) async -> [Finding] {
    let directory = context.configuration.binaries
    return await looking("programs") {
      let programs = try ClientPrograms.find(atLeast: server ?? 14, directory: directory)
      let binaries = try ServerBinaries.find(major: server, in: directory)
      return [
        Finding(.good, "pg_dump", "PostgreSQL \(programs.major) in \(programs.directory)"),
        Finding(.good, "scratch server", "PostgreSQL \(binaries.version) in \(binaries.directory)"),
      ]
    }
  }

  private func databaseFindings() async -> (major: Int?, findings: [Finding]) {
    guard let database else {
      return (nil, [Finding(.warning, "database", "none is named", advice: "give --database URL")])
    }
    do {
      return try await Lane("drydock.doctor").run {
        let connection = try Connection.opening(database)
        do {
          return (connection.serverMajor, try Self.look(connection, database))
        } catch let error as PostgresError {
          throw error.problem("cannot connect to \(database)")
        }
      }
    } catch let problem as Problem {
      return (nil, [Finding("database", problem)])
    } catch {
      return (nil, [Finding(.bad, "database", "\(error)")])
    }
  }

  private static func look(
    _ connection: Connection,
    _ database: ConnectionSettings
  ) throws -> [Finding] {
    let row = try connection.execute(query)[0]
    var findings = [
      Finding(
        .good,
        "database",
        "\(row.string("database")) on PostgreSQL \(row.string("version")), as \(row.string("role"))"
      )
    ]
    if connection.serverMajor < 15 {
      findings.append(
        Finding(
          .bad,
          "database",
          "PostgreSQL \(connection.serverMajor) is too old",
          advice: "Drydock needs PostgreSQL 15 or later."
        )
      )
    }
    if row.int("unreadable") > 0 {
      findings.append(
        Finding(
          .bad,
          "privileges",
          "\(row.int("unreadable")) tables cannot be read by this role",
          advice: "GRANT pg_read_all_data TO \(SQL.identifier(row.string("role")))"
        )
      )
    }
    if !row.bool("passwords") {
      findings.append(
        Finding(
          .warning,
          "privileges",
          "password verifiers of roles cannot be read",
          advice: "Snapshots then hold roles without passwords; a superuser's hold them."
        )
      )
    }
    let skew = abs((row.double("now") ?? 0) - Date().timeIntervalSince1970)
    if skew > 180 {
      findings.append(
        Finding(
          .warning,
          "clock",
          "the server's clock differs by \(Int(skew)) s",
          advice: "Synchronise both clocks; leases and receipts depend on them."
        )
      )
    }
    return findings
  }

  /// What collection has marked, and whether nobody comes to delete it.
  private func marked(in repository: Repository) async throws -> [Finding] {
    let (packs, since) = try await Lane("drydock.doctor").run { try repository.markedPacks() }
    guard let since, packs > 0 else { return [] }
    let age = max(0, Date().timeIntervalSince1970 - since)
    let isOld = age > 7 * 86_400
    return [
      Finding(
        isOld ? .warning : .good,
        "collection",
        "\(Quantity.count(packs, "pack is", "packs are")) marked for deletion, the first since "
          + Quantity.duration(.seconds(age)),
        advice: isOld ? "Does the nightly drydock collect still run?" : nil
      )
    ]
  }

  private func repository() async -> [Finding] {
    do {
      let repository = try await context.openRepository()
      let snapshots = try await context.snapshots(in: repository)
      var findings = [
        Finding(
          .good,
          "repository",
          "\(repository.store.location), \(Quantity.count(snapshots.count, "snapshot", "snapshots"))"
        )
      ]
      if let hidden = try await context.hidden(in: repository, besides: snapshots.count) {
        findings.append(Finding(.good, "key", hidden))
      }
      if let untrusting = try untrustingKey() { findings.append(untrusting) }
      let known = try await Lane("drydock.doctor").run {
        try StoreFindings.latest(in: repository.store)
      }
      if let known { findings += Self.findings(of: known) }
      findings += try await Self.removal(from: repository)
      if let last = snapshots.last {
        let age = Date().timeIntervalSince(try last.manifest.takenTime)
        let text = "the newest is \(Quantity.duration(.seconds(max(0, age)))) old"
        let isOld = age > 48 * 3600
        findings.append(
          Finding(
            isOld ? .warning : .good,
            "freshness",
            text,
            advice: isOld ? "Does the nightly backup still run?" : nil
          )
        )
      }
      return findings + (try await marked(in: repository))
    } catch let problem as Problem {
      return [Finding("repository", problem)]
    } catch {
      return [Finding(.bad, "repository", "\(error)")]
    }
  }

  /// A host's key that would open a slot which somebody else put into the store.
  private func untrustingKey() throws -> Finding? {
    guard case .keyFile(let file) = try context.credential(), file.purpose == .host,
      file.authority == nil
    else { return nil }
    return Finding(
      .warning,
      "key",
      "the key file names no authority, so it opens whatever somebody seals for this host",
      advice: "drydock key trust FILE AUTHORITY, with the authority that key add showed"
    )
  }

  /// What the probe at `init` found.
  private static func findings(of known: StoreFindings) -> [Finding] {
    let shortcomings = known.shortcomings.map {
      Finding(.warning, "store", $0.text, advice: $0.advice)
    }
    return [Finding(.good, "store", "when probed: \(known.summary)")] + shortcomings
  }

  func looking(
    _ subject: String,
    _ body: @escaping @Sendable () throws -> [Finding]
  ) async -> [Finding] {
    do {
      return try await Lane("drydock.doctor").run(body)
    } catch let problem as Problem {
      return [Finding(subject, problem)]
    } catch {
      return [Finding(.bad, subject, "\(error)")]
    }
  }

  private static let query = """
    SELECT pg_catalog.current_database() AS database, current_user AS role,
      pg_catalog.current_setting('server_version') AS version,
      extract(epoch FROM pg_catalog.clock_timestamp()) AS now,
      pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS passwords,
      (SELECT count(*) FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'S') AND n.nspname !~ '^pg_'
          AND n.nspname <> 'information_schema'
          AND NOT (pg_catalog.has_table_privilege(c.oid, 'SELECT')
            AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'))) AS unreadable
    """
}
