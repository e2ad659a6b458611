public import Postgres
public import Problems

/// What taking over another tool's ledger would record: its applied patches, held against the files.
public struct Adoption: Sendable {
  /// The table that was read, quoted as SQL.
  public let table: String
  /// The patches to be recorded as applied, in order.
  public private(set) var patches: [Patch] = []
  /// Those whose checksum the other tool kept, and that have it still.
  public private(set) var verified = 0
  /// Repeatable patches whose text has changed since: they stay pending.
  public private(set) var changed: [Patch] = []
  /// What forbids it.
  public private(set) var problems: [Problem]

  /// Reads the other ledger, in a transaction that cannot write, and holds it against the files.
  ///
  /// - Parameters:
  ///   - tool: Whose ledger is taken over; the directory must be laid out as that tool's.
  ///   - directory: The patches.
  ///   - state: What drydock's own ledger says.
  ///   - table: The other ledger's table as SQL, where it has another name; nil to search for it.
  ///   - connection: A connection to the database, outside any transaction.
  /// - Throws: A `Problem` when there is no such ledger, or the directory is another tool's.
  public init(
    from tool: PatchLayout,
    _ directory: PatchDirectory,
    _ state: Ledger.State,
    table: String? = nil,
    _ connection: Connection
  ) throws {
    guard directory.layout == tool || (tool == .flyway && directory.layout == .drydock) else {
      throw Problem(
        .refused,
        code: "baseline.other-layout",
        "\(directory.path) is laid out as \(directory.layout.rawValue), not as \(tool.rawValue)",
        hint: "Name the directory of that history with --patches DIR."
      )
    }
    let project = tool == .sqitch ? try Self.project(directory) : nil
    try connection.execute("BEGIN READ ONLY")
    defer { _ = try? connection.execute("ROLLBACK") }
    let ledger = try Self.ledger(of: tool, project, table, connection)
    self.table = ledger.table
    problems = ledger.problems
    let known = try find(ledger, directory)
    try judge(ledger, known, directory)
    patches = directory.patches.filter { patch in
      known.contains(patch.version) && state[patch.version]?.isApplied != true
        && !changed.contains { $0.version == patch.version }
    }
  }

  /// Throws the first of the problems, or one that lists them all.
  public func requireSound() throws(Problem) {
    guard let first = problems.first else { return }
    guard problems.count > 1 else { throw first }
    throw Problem(
      .refused,
      code: "baseline.unsound",
      "\(problems.count) things forbid that \(table) is taken over",
      facts: problems.map { Problem.Fact($0.code, $0.summary) },
      hint: "Nothing was recorded. Correct them with the tool that wrote it, and try again."
    )
  }

  private static func ledger(
    of tool: PatchLayout,
    _ project: String?,
    _ table: String?,
    _ connection: Connection
  ) throws -> ForeignLedger {
    do {
      return try ForeignLedger.read(tool, project: project, table: table, connection)
    } catch let error as PostgresError {
      throw error.problem(
        "cannot read the ledger of \(tool.rawValue)" + (table.map { " in \($0)" } ?? ""),
        hint: "Nothing was recorded. Is it the ledger of that tool, and may this role read it?"
      )
    }
  }

  private static func project(_ directory: PatchDirectory) throws -> String? {
    let listing = try DirectoryListing(directory.path)
    return try SqitchPlan(try listing.text(SqitchLayout.planFile)).project
  }

  /// The versions that the other tool has applied, as far as they have files.
  private mutating func find(
    _ ledger: ForeignLedger,
    _ directory: PatchDirectory
  ) throws -> Set<Version> {
    var known: Set<Version> = []
    for entry in ledger.entries {
      guard let patch = entry.version.flatMap({ directory[$0] }) else {
        problems.append(
          Problem(
            .refused,
            code: "baseline.no-file",
            "\(entry.name) is applied, and \(directory.path) has no file of it",
            hint: "Bring the file back, or name the right directory with --patches DIR."
          )
        )
        continue
      }
      known.insert(patch.version)
      try verify(entry, patch, directory)
    }
    if let baseline = ledger.baseline {
      known.formUnion(numbered(directory).filter { $0 <= baseline })
    }
    if ledger.meansAllBefore, let last = known.max() {
      known.formUnion(numbered(directory).filter { $0 <= last })
    }
    return known
  }

  private func numbered(_ directory: PatchDirectory) -> [Version] {
    directory.patches.map(\.version).filter { !$0.isRepeatable }
  }

  private mutating func verify(
    _ entry: ForeignLedger.Entry,
    _ patch: Patch,
    _ directory: PatchDirectory
  ) throws {
    if directory.layout == .sqitch, patch.name.label != entry.name {
      problems.append(
        Problem(
          .refused,
          code: "baseline.other-order",
          "the plan has \(patch.name.label) as change \(patch.version), the database \(entry.name)",
          hint: "The plan and the database must have the same changes in the same order."
        )
      )
    }
    guard let checksum = entry.checksum else { return }
    let bytes = try DirectoryListing(directory.path).bytes(patch.file)
    if CRC32.flyway(bytes) == checksum {
      verified += 1
    } else if patch.version.isRepeatable {
      changed.append(patch)
    } else {
      problems.append(
        Problem(
          .refused,
          code: "baseline.edited",
          "\(patch.file) is not what Flyway ran: its checksum is \(CRC32.flyway(bytes)),"
            + " Flyway kept \(checksum)",
          hint: "Put the file back, or accept it there with 'flyway repair'."
        )
      )
    }
  }

  /// A file before the last that was applied, and itself not applied, would never run in order.
  private mutating func judge(
    _ ledger: ForeignLedger,
    _ known: Set<Version>,
    _ directory: PatchDirectory
  ) throws {
    guard let last = known.filter({ !$0.isRepeatable }).max() else { return }
    for patch in directory.patches where patch.version < last && !known.contains(patch.version) {
      problems.append(
        Problem(
          .refused,
          code: "baseline.gap",
          "\(patch.file) is not applied, although \(last) is",
          hint: "Run it with the tool that wrote the ledger, or give it a later version."
        )
      )
    }
  }
}
