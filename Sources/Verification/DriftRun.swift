internal import Bytes
internal import Catalog
internal import Cluster
public import Migration
public import Postgres
internal import Problems
internal import Repository
internal import Restoration
public import Snapshot

/// Holds a live database against its ledger, its patch files, a definition or a snapshot.
///
/// Everything here blocks and belongs on a lane.
public struct DriftRun: Sendable {
  /// What the live schema should be.
  public enum Reference: Sendable {
    /// What the patches make of an empty database, as far as the ledger says they are applied.
    case patches
    /// What a file makes of an empty database.
    case definition(file: String, directory: String)
    /// What it was when a snapshot was taken.
    case snapshot(SnapshotContent)
  }

  let settings: ConnectionSettings
  let reference: Reference
  let directory: PatchDirectory?
  let role: String?
  let tool: String
  let binaryDirectory: String?
  let progress: @Sendable (String) -> Void

  /// Prepares a comparison; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - settings: The live database, which is only read.
  ///   - reference: What it should be.
  ///   - directory: The patch files; nil where only the schema is compared.
  ///   - role: Who runs patches or the definition on the scratch server; nil for the role in the
  ///     ledger, or the one that is connected.
  ///   - tool: The version of the program.
  ///   - binaryDirectory: PostgreSQL's programs, where they should not be searched for.
  ///   - progress: Told what is done now.
  public init(
    of settings: ConnectionSettings,
    against reference: Reference,
    directory: PatchDirectory?,
    role: String?,
    tool: String,
    binaryDirectory: String?,
    progress: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.settings = settings
    self.reference = reference
    self.directory = directory
    self.role = role
    self.tool = tool
    self.binaryDirectory = binaryDirectory
    self.progress = progress
  }

  /// What of the live database is read, in one look.
  private struct Live {
    let shape: LiveShape
    let role: String
    let ledger: Ledger.State
    let schema: SchemaFingerprint
  }

  /// Compares.
  ///
  /// - Returns: What differs.
  /// - Throws: A `Problem`: `refused` where the patches cannot make a reference.
  public func run() throws -> Drift {
    progress("reading the live schema")
    let live = try readLive()
    let items = directory.map { Plan($0, live.ledger).items } ?? []
    let drifted: [Plan.Standing] = [.edited, .missing, .unfinished, .outOfOrder]
    return Drift(
      patches: items.filter { drifted.contains($0.standing) },
      pending: items.count { $0.standing == .pending },
      schema: try compare(live)
    )
  }

  private func readLive() throws -> Live {
    do {
      let connection = try Connection.openForOwnQueries(settings)
      return Live(
        shape: try LiveShape.read(connection),
        role: try connection.execute("SELECT current_user").value ?? "",
        ledger: try Ledger.read(connection),
        schema: Self.judged(try SchemaFingerprint.read(connection))
      )
    } catch let error as PostgresError {
      throw error.problem("cannot look at \(settings)")
    }
  }

  private func compare(_ live: Live) throws -> SchemaDifference {
    if case .snapshot(let content) = reference {
      let bytes = try content.text(
        content.manifest.definition.fingerprint,
        try content.repository.makeReader()
      )
      let then = Self.judged(try SchemaFingerprint(decoding: bytes))
      return SchemaDifference(from: then, to: live.schema)
    }
    progress("making an empty database like the live one")
    // The ledger lists by version, and the last of those need not have come last.
    let last = live.ledger.applied.max { $0.position < $1.position }
    let role = self.role ?? last?.performedBy ?? live.role
    let scratch = try ScratchDatabase.start(
      like: live.shape,
      role: role,
      binaryDirectory: binaryDirectory
    )
    do {
      let difference = try compare(live, on: scratch, as: role)
      try scratch.server.remove()
      return difference
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? scratch.server.remove()
      throw error
    }
  }

  private func compare(
    _ live: Live,
    on scratch: ScratchDatabase,
    as role: String
  ) throws -> SchemaDifference {
    try build(live, on: scratch, as: role)
    let expected = try fingerprint(scratch.administration)
    let difference = SchemaDifference(from: expected, to: live.schema)
    guard !difference.isEmpty else { return difference }
    progress("reading the same schema from a dump")
    let reworded = try fingerprint(
      scratch.makeRewordedNeighbour(
        "drydock_reworded",
        like: live.shape,
        binaryDirectory: binaryDirectory
      )
    )
    return SchemaDifference(
      from: Self.accept(live.schema, where: expected, or: reworded),
      to: live.schema
    )
  }

  /// The reference, with each object in the live database's words where a dump would say so.
  ///
  /// The server keeps an expression as it was parsed, so a database that was restored once says the
  /// same in other words than one that the patches made (tested).
  private static func accept(
    _ live: SchemaFingerprint,
    where expected: SchemaFingerprint,
    or reworded: SchemaFingerprint
  ) -> SchemaFingerprint {
    var texts = expected.texts
    for object in expected.texts.keys {
      // Byte by byte: what is equal to Swift alone has drifted.
      guard let now = live[object], reworded[object]?.isExactly(now) == true else { continue }
      texts[object] = now
    }
    return SchemaFingerprint(texts: texts)
  }

  private func build(_ live: Live, on scratch: ScratchDatabase, as role: String) throws {
    var options = Runner.Options(toolVersion: tool)
    options.isOnScratch = true
    let runner = Runner(scratch.settings(role: role), options)
    let patches = try patches(live.ledger)
    try runner.hold { held in
      for patch in patches {
        progress("running \(patch.file) on an empty database")
        do {
          try held.apply(patch)
        } catch let problem as Problem where problem.kind != .interrupted {
          throw Self.noReference(patch, problem)
        }
      }
    }
  }

  /// What makes the reference, in the order in which the ledger has it.
  private func patches(_ ledger: Ledger.State) throws -> [Patch] {
    if case .definition(let file, let folder) = reference {
      return [try Patch.definition(file, in: folder)]
    }
    guard let directory else { return [] }
    return ledger.applied.sorted { $0.position < $1.position }
      .compactMap { directory[$0.version] }
  }

  /// Code of "there is nothing to compare with".
  public static let noReferenceCode = "drift.no-reference"

  private static func noReference(_ patch: Patch, _ problem: Problem) -> Problem {
    Problem(
      .refused,
      code: noReferenceCode,
      "\(patch.file) does not run on an empty database, so there is nothing to compare with",
      reason: problem.reason ?? problem.summary,
      facts: problem.facts,
      hint: "Where the patches begin with an existing schema, compare with its definition"
        + " (--against FILE) or with a snapshot (--snapshot latest). Nothing was changed."
    )
  }

  private func fingerprint(_ settings: ConnectionSettings) throws -> SchemaFingerprint {
    do {
      return Self.judged(try SchemaFingerprint.read(try Connection.openForOwnQueries(settings)))
    } catch let error as PostgresError {
      throw error.problem("cannot read the reference's schema")
    }
  }

  /// What patches make: not who is a member of what, nor what the server is set to.
  private static func judged(_ schema: SchemaFingerprint) -> SchemaFingerprint {
    SchemaFingerprint(
      texts: schema.texts.filter { object, _ in
        switch object.part {
        case .structure: true
        case .access: !["database", "membership"].contains(object.kind)
        case .environment: object.kind == "extension"
        }
      }
    )
  }
}
