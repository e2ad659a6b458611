internal import Backup
internal import Catalog
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Reports

extension Examination {
  /// What of a server decides how other parts are looked at.
  struct Server: Sendable {
    let major: Int
    let condition: ServerCondition
    let isHere: Bool
  }

  /// The largest part of the transactions that may pass before old rows must be frozen.
  private static let ageLimit = 1_000_000_000

  /// Whether the database answers, what the role may do there, and how the server is.
  func databaseFindings() async -> (server: Server?, findings: [Finding]) {
    guard let database else {
      return (nil, [Finding(.warning, "database", "none is named", advice: "Give --database URL.")])
    }
    let now = context.world.now()
    do {
      return try await Lane("drydock.doctor").run {
        let connection = try Connection.openingForOwnQueries(database)
        do {
          let condition = try ServerCondition.read(connection)
          let rights = try RoleRights.read(connection)
          let pages = try ChangedPageAccess.look(connection)
          let server = Server(
            major: connection.serverMajor,
            condition: condition,
            isHere: database.isLocal
          )
          return (
            server,
            Self.standing(server, rights, now) + Self.privileges(rights)
              + [Self.changedPages(pages)] + Self.log(condition)
          )
        } catch let error as PostgresError {
          throw error.problem("cannot look at \(database)")
        }
      }
    } catch let problem as Problem {
      return (nil, [Finding("database", problem)])
    } catch {
      return (nil, [Finding(.bad, "database", "\(error)")])
    }
  }

  private static func standing(_ server: Server, _ rights: RoleRights, _ now: Date) -> [Finding] {
    let condition = server.condition
    let skew = Int(abs(condition.now - now.timeIntervalSince1970))
    let all: [Finding?] = [
      Finding(
        .good,
        "database",
        "\(condition.database) on PostgreSQL \(condition.version), as \(rights.role), "
          + Quantity.bytes(condition.bytes)
      ),
      server.major < 15
        ? Finding(
          .bad,
          "database",
          "PostgreSQL \(server.major) is too old",
          advice: "Drydock needs PostgreSQL 15 or later."
        ) : nil,
      condition.isStandby
        ? Finding(
          .warning,
          "database",
          "this is a standby",
          advice: "Snapshots can be taken here; migrate and restore need the primary."
        ) : nil,
      condition.syncs
        ? nil
        : Finding(
          .bad,
          "database",
          "fsync is off, so a loss of power can damage it",
          advice: "Set fsync = on in postgresql.conf, and reload."
        ),
      condition.age > ageLimit
        ? Finding(
          .bad,
          "database",
          "\(Quantity.count(condition.age)) transactions have passed without a freeze",
          advice: "Find what keeps VACUUM from working: long transactions, slots, prepared ones."
        ) : nil,
      condition.oldPrepared.isEmpty
        ? nil
        : Finding(
          .warning,
          "database",
          "prepared transactions are older than a day: \(Finding.names(condition.oldPrepared))",
          advice: "Ask their owner, then COMMIT PREPARED or ROLLBACK PREPARED: they keep locks."
        ),
      skew > 180
        ? Finding(
          .warning,
          "clock",
          "the server's clock differs by \(skew) s",
          advice: "Synchronise both clocks; leases and receipts depend on them."
        ) : Finding(.good, "clock", "the server's differs by \(skew) s"),
    ]
    return all.compactMap { $0 }
  }

  /// What the role lacks, work by work.
  private static func privileges(_ rights: RoleRights) -> [Finding] {
    let role = SQL.identifier(rights.role)
    var findings = backupPrivileges(rights, role)
    if rights.foreign.isEmpty && rights.createsSchemas {
      findings.append(Finding(.good, "migrate", "the role owns what it would change"))
    } else if !rights.createsSchemas {
      findings.append(
        Finding(
          .warning,
          "migrate",
          "the role may not make schemas here, so it cannot make the ledger",
          advice: "If it shall migrate, as a superuser: drydock init --grant \(role) --database URL"
        )
      )
    }
    if !rights.foreign.isEmpty {
      findings.append(
        Finding(
          .warning,
          "migrate",
          "others own \(Finding.names(rights.foreign)); patches that change them fail",
          advice: "If it shall migrate: GRANT \(SQL.identifier(rights.owners[0])) TO \(role)"
        )
      )
    }
    findings.append(
      rights.createsDatabases
        ? Finding(.good, "restore", "the role may make databases")
        : Finding(
          .warning,
          "restore",
          "the role may not make databases, so it restores into one that is there",
          advice: "For --as, and for replacing a whole database: ALTER ROLE \(role) CREATEDB"
        )
    )
    return findings
  }

  private static func backupPrivileges(_ rights: RoleRights, _ role: String) -> [Finding] {
    var findings: [Finding] = []
    if !rights.unreadable.isEmpty {
      let count = Quantity.count(rights.unreadable.count, "table", "tables")
      findings.append(
        Finding(
          .bad,
          "backup",
          "\(count) cannot be read by this role: \(Finding.names(rights.unreadable))",
          advice: "GRANT pg_read_all_data TO \(role)"
        )
      )
    }
    if !rights.filtered.isEmpty {
      findings.append(
        Finding(
          .bad,
          "backup",
          "policies hide rows of \(Finding.names(rights.filtered)) from this role",
          advice: "ALTER ROLE \(role) BYPASSRLS, or back up as their owner."
        )
      )
    }
    if rights.unreadableObjects > 0 {
      let count = Quantity.count(rights.unreadableObjects, "large object", "large objects")
      findings.append(
        Finding(
          .bad,
          "backup",
          "\(count) cannot be read by this role",
          advice: "GRANT SELECT ON LARGE OBJECT ... TO \(role), or back up as their owner."
        )
      )
    }
    if findings.isEmpty {
      findings.append(Finding(.good, "backup", "the role reads every table"))
    }
    if !rights.readsPasswords {
      findings.append(
        Finding(
          .warning,
          "backup",
          "password verifiers of roles cannot be read",
          advice: "Snapshots then hold roles without passwords; a superuser's hold them."
        )
      )
    }
    return findings
  }

  private static func changedPages(_ access: ChangedPageAccess) -> Finding {
    switch access {
    case .found(let name): Finding(.good, "changed pages", "found by \(name)")
    case .missing(let reason):
      Finding(
        .warning,
        "changed pages",
        "every snapshot reads all rows: \(reason)",
        advice: "As a superuser: drydock init --grant ROLE --database URL; or, from PostgreSQL 17, "
          + "summarize_wal = on."
      )
    }
  }

  /// What the server keeps of its log, and for whom.
  private static func log(_ condition: ServerCondition) -> [Finding] {
    var findings = condition.idleSlots.filter { $0.bytes > 1 << 30 }.map { slot in
      Finding(
        .warning,
        "pg_wal",
        "nobody reads slot \(slot.name), which holds back \(Quantity.bytes(slot.bytes))",
        advice: "If it is not needed: SELECT pg_drop_replication_slot(\(SQL.literal(slot.name)))"
      )
    }
    if let bytes = condition.logBytes, findings.isEmpty {
      findings.append(Finding(.good, "pg_wal", Quantity.bytes(bytes)))
    }
    return findings
  }
}
