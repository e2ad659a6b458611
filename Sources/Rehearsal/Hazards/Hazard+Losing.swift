extension Hazard {
  /// What destroys rows.
  static let losing = [dropTable, dropColumn, truncate, dropSchema, undoRows]

  static let dropTable = Hazard(
    "drop-table",
    .critical,
    .measured,
    .failsWithRows,
    "a table is dropped",
    "Its rows are gone, and whoever still reads it fails."
  )
  static let dropColumn = Hazard(
    "drop-column",
    .critical,
    .measured,
    .failsWithRows,
    "a column is dropped",
    "Its values are gone, and applications that still name it, or cached its existence, fail."
  )
  static let truncate = Hazard(
    "truncate",
    .critical,
    .measured,
    .failsWithRows,
    "a table is emptied",
    "TRUNCATE takes ACCESS EXCLUSIVE and removes every row; with CASCADE also those of every table"
      + " that refers to it."
  )
  static let dropSchema = Hazard(
    "drop-schema",
    .critical,
    .measured,
    .told,
    "a schema is dropped",
    "With CASCADE everything in it goes; the tables among it are listed by themselves."
  )
  static let undoRows = Hazard(
    "undo-rows",
    .critical,
    .measured,
    .fails,
    "an undo file leaves other rows",
    "The schema may be as before, but rows are lost, changed or left over."
  )
}
