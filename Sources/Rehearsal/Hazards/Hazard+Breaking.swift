extension Hazard {
  /// What breaks applications that run while the patch runs; a rehearsal cannot see them.
  static let breaking = [
    renameTable, renameColumn, renameObject, moveSchema, typeChange, requiredColumn, dropObject,
    replaceObject, dropConstraint, dropNotNull, defaultChange, identityChange, triggerDisabled,
    accessChange, replicaIdentity, enumValue, sequenceChange,
  ]

  static let renameTable = Hazard(
    "rename-table",
    .serious,
    .text,
    .told,
    "a table is renamed",
    "Applications that still use the old name fail at once."
  )
  static let renameColumn = Hazard(
    "rename-column",
    .serious,
    .text,
    .told,
    "a column is renamed",
    "Applications that still use the old name fail at once."
  )
  static let renameObject = Hazard(
    "rename-object",
    .serious,
    .text,
    .told,
    "an object is renamed",
    "Whoever still uses the old name of the view, function, type, sequence or schema fails."
  )
  static let moveSchema = Hazard(
    "move-schema",
    .serious,
    .text,
    .told,
    "an object moves to another schema",
    "Whoever names it with the old schema, or does not have the new one on the search path, fails."
  )
  static let typeChange = Hazard(
    "type-change",
    .serious,
    .text,
    .told,
    "a type changes",
    "Applications get other values than they were written for, and prepared statements fail once."
  )
  static let requiredColumn = Hazard(
    "required-column",
    .serious,
    .text,
    .told,
    "a new column must be given a value",
    "Applications that do not know the column cannot insert any more."
  )
  static let dropObject = Hazard(
    "drop-object",
    .serious,
    .text,
    .told,
    "an object is dropped",
    "Whoever still uses the view, function, type, sequence, trigger, policy or extension fails, or"
      + " silently does without it."
  )
  static let replaceObject = Hazard(
    "replace-object",
    .notice,
    .catalog,
    .told,
    "a view or routine is replaced",
    "Everybody gets the new definition at COMMIT, old applications too."
  )
  static let dropConstraint = Hazard(
    "drop-constraint",
    .notice,
    .text,
    .told,
    "a constraint is dropped",
    "From COMMIT on nothing keeps wrong rows out."
  )
  static let dropNotNull = Hazard(
    "drop-not-null",
    .notice,
    .text,
    .told,
    "NULL becomes possible",
    "Applications that never had to handle NULL in the column may meet it."
  )
  static let defaultChange = Hazard(
    "default-change",
    .notice,
    .text,
    .told,
    "a default changes",
    "Applications that leave the column out store something else, or fail where it may not be NULL."
  )
  static let identityChange = Hazard(
    "identity-change",
    .notice,
    .text,
    .told,
    "who makes a column's value changes",
    "Inserts that give a value, or that leave it out, may fail afterwards."
  )
  static let triggerDisabled = Hazard(
    "trigger-disabled",
    .serious,
    .text,
    .told,
    "triggers or rules are switched",
    "Whatever they keep true, foreign keys among it, is not kept while they are off."
  )
  static let accessChange = Hazard(
    "access-change",
    .notice,
    .text,
    .told,
    "who may see or do what changes",
    "A role that loses a privilege fails; a policy hides rows without an error."
  )
  static let replicaIdentity = Hazard(
    "replica-identity",
    .notice,
    .text,
    .told,
    "the replica identity changes",
    "Logical replication writes more log (FULL), or refuses UPDATE and DELETE (NOTHING)."
  )
  static let enumValue = Hazard(
    "enum-value",
    .notice,
    .text,
    .told,
    "the values of an enum change",
    "A value cannot be taken back, cannot be used before COMMIT, and is unknown to old applications."
  )
  static let sequenceChange = Hazard(
    "sequence-change",
    .notice,
    .text,
    .told,
    "a sequence changes",
    "Numbers may come twice, or run out."
  )
}
