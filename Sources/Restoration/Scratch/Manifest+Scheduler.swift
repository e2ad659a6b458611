internal import Snapshot

extension Manifest {
  /// What a scratch server needs, so that a snapshot with pg_cron can be restored into it.
  ///
  /// Its library must be loaded when the server starts, and then runs jobs each minute: those of the
  /// snapshot, on whatever host a job names. So no background worker may start, not even for
  /// parallel work; `cron.max_running_jobs` of 0 runs one all the same (tried with 1.4).
  var schedulerSettings: [String: String] {
    guard server.extensions["pg_cron"] != nil else { return [:] }
    return [
      "shared_preload_libraries": "pg_cron", "cron.database_name": database.name,
      "max_worker_processes": "0",
    ]
  }
}
