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
/// without rights; those of a cluster come with the dump. Security labels stay away: no scratch server
/// has their providers, and they are no reason to call a dump bad.
public struct DumpScratch: Sendable {
  /// The server, which belongs to this dump alone.
  let server: ScratchServer
  /// The database that holds the dump; of a cluster the one that was named, or the first.
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
  ///   - database: Which of a cluster's databases is looked at; the first where nothing is said.
  ///   - options: How many connections, and where PostgreSQL's programs are.
  ///   - progress: Told what is being done.
  /// - Returns: The scratch; `remove()` takes everything away.
  /// - Throws: `snapshot.dump-loads` of kind `damaged` where the dump does not load; nothing is left
  ///   behind then.
  public static func start(
    of content: SnapshotContent,
    database: String? = nil,
    options: RestoreOptions,
    progress: (RestoreProgress) -> Void
  ) throws -> DumpScratch {
    guard let dump = content.manifest.dump else {
      preconditionFailure("only an imported dump has a scratch of its own kind")
    }
    let own = try database ?? dump.database(named: nil, mustBeSure: false)
    do {
      return try start(content, dump, own, sparesLabels: !dump.form.isScript, options, progress)
    } catch let problem as Problem where problem.code == Self.labelCode {
      // psql either stops at an error or passes over all of them, and then we have to read them.
      return try start(content, dump, own, sparesLabels: true, options, progress)
    }
  }

  private static func start(
    _ content: SnapshotContent,
    _ dump: Manifest.Dump,
    _ database: String?,
    sparesLabels: Bool,
    _ options: RestoreOptions,
    _ progress: (RestoreProgress) -> Void
  ) throws -> DumpScratch {
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
      let start = try load(content, dump, on: server, sparesLabels, options, progress)
      return DumpScratch(server: server, database: database ?? start)
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? server.remove()
      throw error
    }
  }

  /// Returns the database that the dump was loaded from.
  private static func load(
    _ content: SnapshotContent,
    _ dump: Manifest.Dump,
    on server: ScratchServer,
    _ sparesLabels: Bool,
    _ options: RestoreOptions,
    _ progress: (RestoreProgress) -> Void
  ) throws -> String {
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
      sparesLabels: sparesLabels,
      client: client(of: server, for: dump)
    )
    let start = dump.needsServer ? "postgres" : databaseName
    let outcome = try load.run(into: server.settings(database: start).argument) { given in
      progress(
        RestoreProgress(phase: "loading the dump", bytes: given, totalBytes: dump.size, rows: 0)
      )
    }
    let errors = sparesLabels && dump.form.isScript ? DumpErrors(outcome.errors).others : []
    guard outcome.status.isSuccess, errors.isEmpty else { throw failure(outcome, errors) }
    return start
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

  private static let labelCode = "snapshot.dump-labels"

  private static func failure(_ outcome: Outcome, _ errors: [Substring]) -> Problem {
    let lines = errors.isEmpty ? outcome.errors.split(separator: "\n").suffix(4) : errors.prefix(4)
    let stops = errors.isEmpty && DumpErrors(outcome.errors).isOfLabels
    return Problem(
      .damaged,
      code: stops ? labelCode : "snapshot.dump-loads",
      "the imported dump does not load into an empty server",
      reason: lines.joined(separator: "; "),
      hint: "drydock export gives its bytes back; mend what the server says, and import it again."
    )
  }
}
