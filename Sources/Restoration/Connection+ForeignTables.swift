internal import Postgres

extension Connection {
  /// Lets no foreign table lead anywhere: without its handler a wrapper reads no file, starts no
  /// program and reaches no server (manual, "ALTER FOREIGN DATA WRAPPER").
  ///
  /// The definitions stay as they are, so that patches can change them.
  func closeForeignTables() throws(PostgresError) {
    let wrappers = try execute(
      "SELECT fdwname FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwhandler <> 0"
    )
    for wrapper in wrappers {
      let name = SQL.identifier(wrapper.string("fdwname"))
      try execute("ALTER FOREIGN DATA WRAPPER \(name) NO HANDLER")
    }
  }
}
