extension Hazard {
  /// What stops readers or writers; the rehearsal measures all of it.
  static let blocking = [
    tableRewrite, notNullScan, constraintScan, constraintIndex, primaryKeyNotNull, foreignKeyScan,
    indexBuild, reindexLock, scanUnderLock, lockHeld, indexDrop, partitionDetach, largeWrite,
    repeatedAlter, briefLock,
  ]

  static let tableRewrite = Hazard(
    "table-rewrite",
    .critical,
    .measured,
    .failsAboveLimits,
    "the table is written again",
    "Every row and every index is written again under ACCESS EXCLUSIVE; nobody can read or write"
      + " the table meanwhile, and replicas receive all of it."
  )
  static let notNullScan = Hazard(
    "not-null-scan",
    .critical,
    .measured,
    .failsAboveLimits,
    "SET NOT NULL reads the whole table",
    "The table is read in full under ACCESS EXCLUSIVE to prove that no value is NULL."
  )
  static let constraintScan = Hazard(
    "constraint-scan",
    .critical,
    .measured,
    .failsAboveLimits,
    "a new CHECK reads the whole table",
    "A CHECK without NOT VALID reads the table in full under ACCESS EXCLUSIVE."
  )
  static let constraintIndex = Hazard(
    "constraint-index",
    .critical,
    .measured,
    .failsAboveLimits,
    "a new constraint builds its index under a lock",
    "A PRIMARY KEY, UNIQUE or EXCLUDE constraint builds its index under ACCESS EXCLUSIVE."
  )
  static let primaryKeyNotNull = Hazard(
    "primary-key-not-null",
    .serious,
    .catalog,
    .failsAboveLimits,
    "a primary key makes its columns NOT NULL",
    "A primary key over nullable columns sets them NOT NULL, which reads the whole table under"
      + " ACCESS EXCLUSIVE, also with USING INDEX."
  )
  static let foreignKeyScan = Hazard(
    "foreign-key-scan",
    .serious,
    .measured,
    .failsAboveLimits,
    "a new foreign key reads the whole table",
    "A foreign key without NOT VALID reads the referencing table while nobody can write to it or"
      + " to the referenced one."
  )
  static let indexBuild = Hazard(
    "index-build",
    .serious,
    .measured,
    .failsAboveLimits,
    "an index is built while writers wait",
    "CREATE INDEX without CONCURRENTLY holds SHARE: nobody can write until it is built."
  )
  static let reindexLock = Hazard(
    "reindex-lock",
    .serious,
    .text,
    .failsAboveLimits,
    "an index is rebuilt while others wait",
    "REINDEX without CONCURRENTLY stops writers, and every reader that would use the index."
  )
  static let scanUnderLock = Hazard(
    "scan-under-lock",
    .serious,
    .measured,
    .failsAboveLimits,
    "a table is read in full while others wait",
    "A statement reads a whole table while the transaction holds a lock that stops its writers."
  )
  static let lockHeld = Hazard(
    "lock-held",
    .serious,
    .measured,
    .failsAboveLimits,
    "a lock is held while other statements run",
    "After the statement that took the lock more statements run in the same transaction, or it runs"
      + " long itself; others wait for all of it."
  )
  static let indexDrop = Hazard(
    "index-drop",
    .serious,
    .text,
    .told,
    "an index is dropped under a lock",
    "DROP INDEX without CONCURRENTLY takes ACCESS EXCLUSIVE on the table, behind which everybody"
      + " queues while it waits for running queries."
  )
  static let partitionDetach = Hazard(
    "partition-detach",
    .serious,
    .text,
    .told,
    "a partition leaves its table",
    "Without CONCURRENTLY the parent is locked against everybody, and its rows are gone from the"
      + " parent afterwards."
  )
  static let largeWrite = Hazard(
    "large-write",
    .serious,
    .measured,
    .told,
    "one statement writes very many rows",
    "The rows stay locked until COMMIT, their old versions bloat the table, and replicas receive"
      + " all of it at once."
  )
  static let repeatedAlter = Hazard(
    "repeated-alter",
    .notice,
    .measured,
    .told,
    "one table is read in full by several ALTER TABLE",
    "Each ALTER TABLE reads or writes the table once more; one statement with several subcommands"
      + " does it once."
  )
  static let briefLock = Hazard(
    "brief-lock",
    .notice,
    .measured,
    .told,
    "a lock stops others for a moment",
    "The statement itself is quick, but while it waits for running queries everybody queues behind"
      + " it."
  )
}
