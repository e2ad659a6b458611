extension Hazard {
  /// What is cheap to do otherwise now and dear later.
  static let designing = [
    foreignKeyIndex, domainConstraint, narrowKey, serialColumn, varcharLimit, charType,
    timestampWithoutZone, jsonColumn, enumType, wideIndex, autovacuumOff, nameStyle, nameCut,
    unusedAllowance,
  ]

  static let foreignKeyIndex = Hazard(
    "foreign-key-index",
    .serious,
    .catalog,
    .told,
    "a foreign key has no index",
    "Each DELETE or key change in the referenced table reads the whole referencing one."
  )
  static let domainConstraint = Hazard(
    "domain-constraint",
    .serious,
    .text,
    .failsAboveLimits,
    "a domain is constrained",
    "A constraint on a domain in use reads every table with such a column under SHARE."
  )
  static let narrowKey = Hazard(
    "narrow-key",
    .notice,
    .text,
    .told,
    "a key of 32 or 16 bits",
    "At 2,147,483,647 (32,767 for smallint) inserts fail, and widening rewrites the table."
  )
  static let serialColumn = Hazard(
    "serial-column",
    .notice,
    .text,
    .told,
    "serial instead of identity",
    "The sequence has privileges and a default of its own, and an insert can pass it by."
  )
  static let varcharLimit = Hazard(
    "varchar-limit",
    .notice,
    .text,
    .told,
    "a length limit in the type",
    "A shorter limit later rewrites the table; a CHECK can be changed without."
  )
  static let charType = Hazard(
    "char-type",
    .notice,
    .text,
    .told,
    "char(n) pads with blanks",
    "Values are padded, and blanks at the end do not count in comparisons."
  )
  static let timestampWithoutZone = Hazard(
    "timestamp-without-zone",
    .notice,
    .text,
    .told,
    "a time without a time zone",
    "What instant a value means depends on who wrote it."
  )
  static let jsonColumn = Hazard(
    "json-column",
    .notice,
    .text,
    .told,
    "json has no equality",
    "SELECT DISTINCT, GROUP BY and UNION over the column fail; jsonb has an operator."
  )
  static let enumType = Hazard(
    "enum-type",
    .notice,
    .text,
    .told,
    "a new enum",
    "Values cannot be removed, and nothing can be said about a value; a small table can."
  )
  static let wideIndex = Hazard(
    "wide-index",
    .notice,
    .text,
    .told,
    "an index over more than three columns",
    "It is large, each write pays for it, and the later columns seldom help."
  )
  static let autovacuumOff = Hazard(
    "autovacuum-off",
    .serious,
    .text,
    .told,
    "autovacuum is switched off for a table",
    "Dead rows are never removed, and old transaction numbers must be frozen in an emergency."
  )
  static let nameStyle = Hazard(
    "name-style",
    .notice,
    .text,
    .told,
    "a name that must be quoted",
    "With capitals or blanks the name has to be quoted in every query."
  )
  static let nameCut = Hazard(
    "name-cut",
    .notice,
    .text,
    .told,
    "a name longer than 63 bytes",
    "PostgreSQL cuts it with a NOTICE only; two such names may become the same."
  )
  static let unusedAllowance = Hazard(
    "unused-allowance",
    .notice,
    .measured,
    .told,
    "an allowance that nothing needs",
    "The patch allows a hazard that it does not have; one day it would hide a real one."
  )
}
