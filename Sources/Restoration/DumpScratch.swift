internal import Cluster
internal import Catalog
public import Postgres
internal import Problems
internal import Processes
internal import Repository
public import Snapshot

/// A scratch server that holds an imported dump.
///
/// The dump's author executes code there, so even the program that reads the dump runs as the
/// server's own user, without a network. The roles that a dump of one database names are made first,
/// without rights; those of a cluster come with the dump.
public struct DumpScratch: Sendable {
  /// The server, which belongs to this dump alone.
  let server: ScratchServer
  /// The database that holds the dump; of a cluster the first that it makes.
  public let database: String

  /// The way in.
  public var settings: ConnectionSettings { server.settings(database: database) }

  /// Stops the server and takes its files away.
  public func remove() throws { try server.remove() }

  private static let databaseName = "imported"

  /// Starts a server and loads a dump.
  ///
  /// - Parameters:
  ///   - content: The snapshot of an imported dump.
  ///   - options: How many connections, and where PostgreSQL's programs are.
  ///   - progress: Told what is being done.
  /// - Returns: The scratch; `remove()` takes everything away.
  /// - Throws: `snapshot.dump-loads` of kind `damaged` where the dump does not load; nothing is left
  ///   behind then.
  public static func start(
    of content: SnapshotContent,
    options: RestoreOptions,
    progress: (RestoreProgress) -> Void
  ) throws -> DumpScratch {
    guard let dump = content.manifest.dump else {
      preconditionFailure("only an imported dump has a scratch of its own kind")
    }
    let known = content.manifest.server.major
    let server = try ScratchServer.start(
      ScratchOptions(
        major: known > 0 ? known : dump.programMajor,
        binaries: options.binaryDirectory,
        encoding: dump.form.isScript && !content.manifest.database.encoding.isEmpty
          ? content.manifest.database.encoding : "UTF8"
      )
    )
    do {
      return try load(content, dump, on: server, options, progress)
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? server.remove()
      throw error
    }
  }

  private static func load(
    _ content: SnapshotContent,
    _ dump: Manifest.Dump,
    on server: ScratchServer,
    _ options: RestoreOptions,
    _ progress: (RestoreProgress) -> Void
  ) throws -> DumpScratch {
    let first = try Connection.open(server.settings())
    let superuser = ScratchServer.superuser
    if !dump.needsServer {
      try first.execute("CREATE DATABASE \(databaseName) TEMPLATE template0")
    }
    if dump.form != .cluster {
      for role in dump.roles where role != superuser {
        try first.execute("CREATE ROLE \(SQL.identifier(role))", expecting: ["42710", "42939"])
      }
    }
    var options = options
    if !dump.form.isScript { options.without = [.owners, .privileges] }
    let directory = options.binaryDirectory
    let load = DumpLoad(
      content: content,
      dump: dump,
      programs: try ClientPrograms.find(
        atLeast: max(server.major, dump.programMajor ?? 0),
        directory: directory
      ),
      options: options,
      roles: [superuser],
      client: client(of: server, for: dump)
    )
    let start = dump.needsServer ? "postgres" : databaseName
    let outcome = try load.run(into: server.settings(database: start).argument) { given in
      progress(
        RestoreProgress(phase: "loading the dump", bytes: given, totalBytes: dump.size, rows: 0)
      )
    }
    guard outcome.status.isSuccess else { throw failure(outcome) }
    let own = dump.databases.first { !["template1", "postgres"].contains($0) }
    return DumpScratch(server: server, database: own ?? start)
  }

  /// `pg_restore` executes nothing here, and a directory of ours is closed to the server's user.
  private static func client(
    of server: ScratchServer,
    for dump: Manifest.Dump
  ) -> DumpLoad.Client {
    guard dump.form == .directory else { return server.client }
    let environment = EnvironmentWhitelist.system.ofThisProcess()
    return { Invocation($0, $1, environment: environment) }
  }

  private static func failure(_ outcome: Outcome) -> Problem {
    Problem(
      .damaged,
      code: "snapshot.dump-loads",
      "the imported dump does not load into an empty server",
      reason: outcome.errors.split(separator: "\n").suffix(4).joined(separator: "; ")
    )
  }
}
