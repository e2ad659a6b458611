internal import Postgres

/// Names for what belongs to a table that is restored beside the live one.
///
/// An index, a sequence or a partition has a name in its schema, where the live table's is taken.
/// `jobs_pkey` of `jobs` becomes `jobs_restored_pkey`; what does not begin with the table's name is
/// put behind the new one.
struct BesideNames {
  /// The names in each schema that no new relation, type or statistics object can have.
  typealias Taken = [String: Set<String>]

  /// The bytes of a name; longer ones are cut in silence (manual, 4.1.1).
  static let limit = 63

  let old: String
  let new: String
  private(set) var taken: Taken

  init(old: String, new: String, taken: Taken) {
    self.old = old
    self.new = new
    self.taken = taken
  }

  /// A name that is free, and from now on taken.
  mutating func name(for name: String, in schema: String) -> String {
    let wanted =
      name == old || name.hasPrefix("\(old)_")
      ? new + name.dropFirst(old.count) : "\(new)_\(name)"
    var candidate = Self.cut(wanted, to: Self.limit)
    var number = 1
    while !taken[schema, default: []].insert(candidate).inserted {
      number += 1
      let end = "_\(number)"
      candidate = Self.cut(wanted, to: Self.limit - end.utf8.count) + end
    }
    return candidate
  }

  /// The longest part from the front that fits, of whole characters.
  private static func cut(_ name: String, to bytes: Int) -> String {
    var cut = name
    while cut.utf8.count > bytes { cut.removeLast() }
    return cut
  }

  /// Reads the names that are taken in a database.
  static func taken(_ connection: Connection) throws(PostgresError) -> Taken {
    try connection.execute(query).reduce(into: [:]) { taken, row in
      taken[row.string("schema"), default: []].insert(row.string("name"))
    }
  }

  private static let query = """
    SELECT n.nspname AS schema, o.name FROM (
      SELECT relnamespace AS namespace, relname AS name FROM pg_catalog.pg_class
      UNION ALL SELECT typnamespace, typname FROM pg_catalog.pg_type
      UNION ALL SELECT stxnamespace, stxname FROM pg_catalog.pg_statistic_ext
    ) o JOIN pg_catalog.pg_namespace n ON n.oid = o.namespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    """
}
