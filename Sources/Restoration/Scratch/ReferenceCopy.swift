internal import Cluster
public import Postgres
internal import Problems
internal import Repository
public import Snapshot

/// What plain SQL makes of a snapshot's definition: an empty copy to hold a restored one against.
///
/// The restored copy was made by several connections in an order of their own, with indexes built
/// beside the rows. This one is made as psql would make it, statement by statement. It is not made by
/// psql itself, which would also obey its own commands in a script (CVE-2025-8714).
public struct ReferenceCopy: Sendable {
  /// The database's name on the scratch server.
  static let name = "drydock_reference"

  private let content: SnapshotContent
  private let options: RestoreOptions

  /// Prepares a copy of a snapshot's definition.
  ///
  /// - Parameters:
  ///   - content: The snapshot.
  ///   - options: Those under which the other copy was restored.
  public init(of content: SnapshotContent, options: RestoreOptions) {
    self.content = content
    self.options = options
  }

  /// Makes it on a scratch server, beside the restored one.
  ///
  /// - Parameter scratch: Where the snapshot was restored.
  /// - Returns: How to connect to the copy.
  /// - Throws: A `Problem` where the server refuses a statement.
  public func make(on scratch: ScratchDatabase) throws -> ConnectionSettings {
    let settings = try scratch.makeNeighbour(Self.name, like: content)
    let work = try RestoreWork(
      content: content,
      selection: try RestoreSelection(options: options, manifest: content.manifest),
      options: options,
      serverVersion: content.manifest.server.version
    )
    let steps = DefinitionSteps(options: options)
    let connection = try Connection.open(settings)
    do {
      for step in steps.preData(work.definition, inOneTransaction: false) {
        try run(step, .preData, work.archive, connection)
      }
      // What was done to the other copy for safety is no difference between the two.
      let neutralisation = options.isNeutralised ? Neutralisation(connection: connection) : nil
      try neutralisation?.ofDefinition()
      for step in steps.postData(try work.definition ?? work.archive.entries()) {
        try run(step, .postData, work.archive, connection)
      }
      try neutralisation?.ofTriggers()
    } catch let error as PostgresError {
      throw error.problem("plain SQL cannot make the snapshot's definition")
    }
    return settings
  }

  private func run(
    _ step: DefinitionSteps.Step,
    _ section: Archive.Section,
    _ archive: Archive,
    _ connection: Connection
  ) throws {
    if step.followsFunctions { try Neutralisation(connection: connection).ofFunctions() }
    try connection.execute(
      try archive.script(section, only: step.entries, without: step.without)
    )
  }
}
