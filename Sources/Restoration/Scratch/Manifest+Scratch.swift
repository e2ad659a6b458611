internal import Postgres
internal import Snapshot

extension Manifest.Database {
  /// A role's `search_path` decides where `CREATE TABLE x` lands (tested), so settings come along;
  /// libraries do not, nor does it that a stop has closed the database.
  func applySettings(_ connection: Connection) throws {
    for setting in settings
    where setting.isForDatabase && !setting.name.hasSuffix("_libraries")
      && setting.name != "default_transaction_read_only"
    {
      let target = setting.role.map { "ROLE \(SQL.identifier($0)) IN DATABASE" } ?? "DATABASE"
      // Each role of production writes its own settings, and this runs as a superuser: they are data.
      // A parameter of an extension that is not loaded here cannot matter to a patch either.
      try connection.execute(
        "ALTER \(target) \(SQL.identifier(name)) SET \(SQL.identifier(setting.name)) TO"
          + " \(SettingValue.sql(setting.value, of: setting.name))",
        expecting: ["42704", "22023"]
      )
    }
  }
}

extension Manifest.Server {
  /// The settings that a patch or a query can feel; `pg_settings` gives memory in kilobytes.
  var scratchSettings: [String: String] {
    var chosen = sessionSettings
    chosen["max_locks_per_transaction"] = settings["max_locks_per_transaction"]
    return chosen
  }

  /// Those of them that can be set for one database.
  var sessionSettings: [String: String] {
    var chosen: [String: String] = [:]
    chosen["TimeZone"] = settings["TimeZone"]
    for name in ["work_mem", "maintenance_work_mem"] {
      chosen[name] = settings[name].map { "\($0)kB" }
    }
    return chosen
  }
}
