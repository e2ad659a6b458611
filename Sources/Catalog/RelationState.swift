public import Postgres

/// What decides the text of a relation's rows and can change without touching one of its pages.
///
/// DROP and ADD of a column of the same name, two columns that swap their names, an attribute that
/// is added to a composite type, a label of an enum that is renamed: no page of the table changes,
/// the text of every row does (tested).
public struct RelationState: Sendable, Equatable {
  /// The oid of the tablespace that holds it, the database's default one resolved.
  public var tablespace: Int
  /// A digest of its columns in attribute order, dropped ones and missing values too.
  public var columns: String
  /// A digest of every type that its columns reach; nil where the text of one cannot be foreseen.
  public var types: String?

  /// Makes a state.
  public init(tablespace: Int, columns: String, types: String?) {
    self.tablespace = tablespace
    self.columns = columns
    self.types = types
  }

  /// Reads the state of every table of the database, by oid.
  ///
  /// One query, whatever the number of tables. It must run under the settings of a transfer, in the
  /// transaction that holds the snapshot, since missing values are compared as text.
  public static func read(_ connection: Connection) throws(PostgresError) -> [Int: RelationState] {
    var states: [Int: RelationState] = [:]
    for row in try connection.execute(query) {
      states[row.int("oid")] = RelationState(
        tablespace: row.int("tablespace"),
        columns: row.string("columns"),
        types: row["types"]
      )
    }
    return states
  }
}
