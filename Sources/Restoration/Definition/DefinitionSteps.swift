internal import Postgres

/// The calls of `pg_restore` that one section of a definition takes, in their order.
///
/// One is the rule. More are needed where entries must not run beside others, or belong to somebody
/// who has no power on a scratch server.
struct DefinitionSteps {
  /// One call.
  struct Step: Equatable {
    /// The entries; nil for all of the section.
    var entries: [Archive.Entry]?
    var without: Omissions
    /// Connections at the same time; 0 for all in one transaction.
    var jobs: Int
    /// Whether whoever loads rows makes them, since they run the snapshot's functions on rows.
    var isForLoader = false
    /// Whether they are tables behind functions, which the server may call while it makes them.
    var followsFunctions = false
  }

  let options: RestoreOptions

  /// Schemas, types, functions, tables.
  func preData(_ entries: [Archive.Entry]?, inOneTransaction: Bool) -> [Step] {
    apart(entries, jobs: inOneTransaction ? 0 : 1, makesTables: true)
  }

  /// Indexes, constraints, triggers, rules.
  ///
  /// Two partitions' indexes that are attached at the same time, or one beside a foreign key, wait
  /// for each other's parents: the server ends one with a deadlock, and with it the restore (seen on
  /// 15). `pg_restore` knows no lock of theirs. So they are attached one after the other, when all
  /// indexes are there and before anything that needs a whole one; and so are indexes that would wait
  /// for each other.
  ///
  /// - Parameters:
  ///   - entries: The entries of the archive.
  ///   - contended: The lines of those indexes; see ``IndexContention``.
  /// - Returns: The calls.
  func postData(_ entries: [Archive.Entry], contended: Set<String> = []) -> [Step] {
    let jobs = options.jobs
    let isAlone = { (entry: Archive.Entry) in
      entry.isAttachment || contended.contains(entry.line)
    }
    guard entries.contains(where: isAlone) else { return apart(entries, jobs: jobs) }
    let (alone, others) = entries.split(isAlone)
    let (indexes, rest) = others.split { $0.isIndexOrDefinition }
    return [
      Step(entries: indexes, without: options.without, jobs: jobs),
      Step(entries: alone, without: options.without, jobs: 1),
    ].filter { $0.entries != [] } + apart(rest, jobs: jobs)
  }

  /// On a scratch server, leaves to the administrator what only a superuser may own, and keeps from
  /// him what calls somebody's functions for every row.
  ///
  /// Production's superusers are ordinary roles there. An entry's place in the order stays, but event
  /// triggers come last: they would see all that follows.
  /// A list names all of an archive, so only the first part is told that it makes the tables.
  private func apart(
    _ entries: [Archive.Entry]?,
    jobs: Int,
    makesTables: Bool = false
  ) -> [Step] {
    guard options.isNeutralised, let entries else {
      return [Step(entries: entries, without: options.without, jobs: jobs)]
    }
    let (triggers, others) = entries.split(\.isEventTrigger)
    var steps: [Step] = []
    var hasFunctions = false
    for entry in others + triggers {
      let follows = makesTables && hasFunctions && entry.kind.hasPrefix("TABLE")
      let without = entry.needsSuperuser ? options.without.union(.owners) : options.without
      let isForLoader = entry.looksAtRows
      if !follows, let last = steps.last, (last.without, last.isForLoader) == (without, isForLoader)
      {
        steps[steps.count - 1].entries?.append(entry)
      } else {
        steps.append(
          Step(
            entries: [entry],
            without: without,
            jobs: jobs,
            isForLoader: isForLoader,
            followsFunctions: follows
          )
        )
      }
      hasFunctions = entry.kind == "FUNCTION" || hasFunctions && !follows
    }
    return steps
  }
}

extension Archive {
  /// Restores schemas, types, functions and tables into a scratch database, save what would reach
  /// out of it.
  func define(_ entries: [Entry], onScratch target: ConnectionSettings) throws {
    var options = RestoreOptions()
    options.isNeutralised = true
    let steps = DefinitionSteps(options: options)
      .preData(entries.filter { !$0.reachesOutside }, inOneTransaction: false)
    for step in steps { try restore(.preData, into: target, step) }
    do {
      try Neutralisation(connection: try Connection.open(target)).ofDefinition()
    } catch {
      throw error.problem("cannot make the scratch server's copy harmless")
    }
  }
}

extension Archive.Entry {
  /// Whether it would reach other servers, or the files of this one, from a scratch server.
  var reachesOutside: Bool {
    switch kind {
    case "SUBSCRIPTION", "SUBSCRIPTION TABLE", "USER MAPPING": true
    // Whoever would understand them is no part of a scratch server.
    case "SECURITY LABEL": true
    case "COMMENT": rest.hasPrefix("- SUBSCRIPTION ")
    // Production may let a role call pg_read_file; on the scratch nobody may.
    case "ACL": rest.hasPrefix("pg_catalog FUNCTION ")
    default: false
    }
  }

  fileprivate var isAttachment: Bool { kind == "INDEX ATTACH" }

  /// Indexes, and those views and functions of the second part that indexes may need.
  fileprivate var isIndexOrDefinition: Bool {
    [
      "INDEX", "CONSTRAINT", "VIEW", "MATERIALIZED VIEW", "FUNCTION", "PROCEDURE", "RULE",
    ].contains(kind)
  }

  /// A check that `pg_dump` keeps apart calls its function as whoever adds it, and so does the operator
  /// of a foreign key; an index calls as the table's owner.
  fileprivate var looksAtRows: Bool { ["CHECK CONSTRAINT", "FK CONSTRAINT"].contains(kind) }

  /// A function that anybody wrote, which runs when somebody with power changes the definition.
  var isEventTrigger: Bool {
    kind == "EVENT TRIGGER" || kind == "COMMENT" && rest.hasPrefix("- EVENT TRIGGER ")
  }

  fileprivate var needsSuperuser: Bool {
    ["FOREIGN DATA WRAPPER", "EVENT TRIGGER", "PUBLICATION"].contains(kind)
  }
}

extension Array {
  /// Those that fit a condition, and the others, each in their order.
  fileprivate func split(_ fits: (Element) -> Bool) -> (fitting: [Element], others: [Element]) {
    (filter(fits), filter { !fits($0) })
  }
}
