internal import Cluster
internal import Files
internal import Problems
internal import Processes
internal import Snapshot

/// Gives an imported dump to the program that reads it: `psql` a script, `pg_restore` an archive.
struct DumpLoad {
  /// Makes the program to run, for its path and arguments: as ourselves, or confined.
  typealias Client = (_ program: String, _ arguments: [String]) -> Invocation

  private static let prefix = "drydock-dump"

  let content: SnapshotContent
  let dump: Manifest.Dump
  let programs: ClientPrograms
  let options: RestoreOptions
  /// Roles that are there, which a script of a cluster need not make.
  let roles: Set<String>
  /// Whether security labels may stay away, as they must where their providers are not loaded.
  var sparesLabels = false
  let client: Client

  /// Loads it; the first error stops the program.
  ///
  /// - Parameters:
  ///   - target: The database, as a keyword string without a password.
  ///   - progress: Told how many bytes were given.
  /// - Returns: How the program ended.
  /// - Throws: What starting it throws, and what the repository says of damage.
  func run(into target: String, progress: (Int) -> Void) throws -> Outcome {
    switch dump.form {
    case .plain, .cluster: try runScript(target, progress)
    case .custom: try runArchive(target, progress)
    case .directory: try runDirectory(target, progress)
    }
  }

  private func runScript(_ target: String, _ progress: (Int) -> Void) throws -> Outcome {
    var arguments = [
      "--no-psqlrc", "--quiet", "--no-password", "--file=-", "--dbname=\(target)",
    ]
    if sparesLabels {
      arguments.append("--set=VERBOSITY=terse")
    } else {
      arguments.append("--set=ON_ERROR_STOP=1")
      // A script that makes databases cannot run in a transaction.
      if !dump.needsServer { arguments.append("--single-transaction") }
    }
    return try client(programs.psql, arguments).run { write in
      var filter = DumpFilter(roles: roles, isNeeded: dump.form == .cluster)
      var given = 0
      for file in dump.files {
        try content.read(file) { bytes in
          try filter.append(bytes, write)
          given += bytes.count
          progress(given)
        }
      }
      try filter.finish(write)
    }
  }

  private func runArchive(_ target: String, _ progress: (Int) -> Void) throws -> Outcome {
    try client(programs.restore, archiveArguments(target)).run { write in
      var given = 0
      for file in dump.files {
        try content.read(file) { bytes in
          try write(bytes)
          given += bytes.count
          progress(given)
        }
      }
    }
  }

  /// `pg_restore` chooses among the files itself, so they are written to a private place first.
  private func runDirectory(_ target: String, _ progress: (Int) -> Void) throws -> Outcome {
    try TemporaryDirectory.removeDead(prefix: Self.prefix)
    let place = try TemporaryDirectory(prefix: Self.prefix)
    let export = DumpExport(content: content, dump: dump)
    let directory = "\(place.path)/dump"
    try export.write(directory: directory, durability: .fast)
    progress(dump.size)
    let arguments = archiveArguments(target) + ["--jobs=\(options.jobs)", directory]
    return try client(programs.restore, arguments).run()
  }

  private func archiveArguments(_ target: String) -> [String] {
    var arguments = ["--exit-on-error", "--no-password", "--dbname=\(target)"]
    if options.without.contains(.owners) { arguments.append("--no-owner") }
    if options.without.contains(.privileges) { arguments.append("--no-privileges") }
    if options.isSchemaOnly { arguments.append("--schema-only") }
    if sparesLabels { arguments.append("--no-security-labels") }
    return arguments
  }
}
