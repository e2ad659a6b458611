internal import Catalog
internal import Cluster
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

extension BackupRun {
  /// The newest snapshot of the same database that this one may build upon.
  func findParent(_ holder: Session) async throws -> Parent.Choice {
    let (name, systemIdentifier) = try await holder.run { connection in
      let row = try connection.execute(
        """
        SELECT pg_catalog.current_database() AS name, system_identifier
        FROM pg_catalog.pg_control_system()
        """
      )[0]
      return (row.string("name"), row.string("system_identifier"))
    }
    return try repository.parent(of: name, in: systemIdentifier)
  }

  func open(_ holder: Session, _ choice: Parent.Choice) async throws -> Opening {
    let (settings, options, repository) = (self.settings, self.options, self.repository.id)
    return try await holder.run { connection in
      do {
        try connection.requireOwnSession()
        return try Opening.open(
          on: connection,
          settings: settings,
          choice: choice,
          repository: repository,
          options: options
        )
      } catch let error as PostgresError where error.sqlState == "22021" {
        throw Problem(
          code: "backup.names-encoding",
          "the database has names in an encoding that nobody declared",
          reason: error.reason,
          hint: "In an SQL_ASCII database rows may hold any bytes, but names must be UTF-8: "
            + "rename what has others."
        )
      } catch let error as PostgresError {
        throw error.problem("cannot open a consistent view of \(settings)")
      }
    }
  }

  /// Plans and reads the rows of all tables.
  func readRows(
    _ holder: Session,
    _ opening: Opening,
    _ writer: SnapshotWriter
  ) async throws -> Reading {
    let crew = try await Crew.join(opening.read.snapshotID, of: settings, count: options.jobs)
    do {
      let plan = try await Planning(opening: opening, options: options)
        .plan(holder: holder, crew: crew)
      let reading = Reading(plan: plan)
      try await Workers(
        crew: crew,
        writer: writer,
        opening: opening,
        reading: reading,
        options: options,
        seed: repository.digestSeed,
        progress: progress
      ).run(holder: holder)
      await crew.leave()
      return reading
    } catch {
      await crew.leave()
      throw error
    }
  }

  /// Runs `pg_dump` and `pg_dumpall` beside the workers and beside each other.
  func readDefinition(
    _ opening: Opening,
    _ writer: SnapshotWriter
  ) async throws -> Manifest.Definition {
    let hasPasswords = opening.canReadPasswords
    let programs = try await Lane("drydock.programs").run {
      try ClientPrograms.find(
        atLeast: opening.server.major,
        directory: options.binaryDirectory
      )
    }
    async let globals = Lane("drydock.pg_dumpall").run {
      try definitionReader(programs, opening, writer).globals(hasPasswords: hasPasswords)
    }
    let archive = try await Lane("drydock.pg_dump").run {
      try definitionReader(programs, opening, writer).archive(snapshot: opening.read.snapshotID)
    }
    return Manifest.Definition(
      archive: archive,
      globals: try await globals,
      hasPasswords: hasPasswords,
      fingerprint: [],
      dumpMajor: programs.major
    )
  }

  private func definitionReader(
    _ programs: ClientPrograms,
    _ opening: Opening,
    _ writer: SnapshotWriter
  ) throws -> DefinitionReader {
    let encoder = try writer.makeEncoder()
    return DefinitionReader(
      programs: programs,
      settings: settings.database(opening.database.name),
      options: options,
      encoding: opening.database.encoding
    ) {
      try encoder.write($0.span, kind: .text, level: options.level).id
    }
  }

  /// Reads large objects on the connection that holds the snapshot, and keeps the fingerprint.
  func readRest(
    _ holder: Session,
    _ opening: Opening,
    _ writer: SnapshotWriter,
    _ reading: Reading
  ) async throws -> Assembly.Rest {
    let level = options.level
    return try await holder.run { connection in
      let encoder = try writer.makeEncoder()
      func store(_ bytes: [UInt8], _ kind: ChunkKind) throws -> ChunkID {
        let chunk = try encoder.write(bytes.span, kind: kind, level: level)
        reading.tally.add(chunk)
        return chunk.id
      }
      do {
        let objects = try LargeObjectReader(connection: connection, store: store).read()
        return Assembly.Rest(
          largeObjects: objects.lists,
          largeObjectCount: objects.count,
          fingerprint: try Pieces.of(opening.fingerprint).map { try store($0, .text) }
        )
      } catch let error as PostgresError {
        throw error.problem("cannot read the large objects")
      }
    }
  }

  /// Compares the types with fresh catalogs, after the last row.
  func typesChanged(_ opening: Opening) async throws -> Bool {
    let session = try await Session.open(settings)
    defer { Task { await session.close() } }
    return try await session.run { connection in
      do {
        try connection.freeFromSettings()
        return try opening.read.typesChanged(observer: connection)
      } catch let error as PostgresError {
        throw error.problem("cannot compare the types with those of the snapshot")
      }
    }
  }

  func commit(_ manifest: Manifest, _ writer: SnapshotWriter) throws -> SnapshotName {
    let reader = try repository.makeReader()
    return try writer.commit(
      manifest: try manifest.encoded(),
      at: try manifest.takenTime
    ) { need in try manifest.visitChunks(reader) { id, _ in try need(id) } }
  }
}
