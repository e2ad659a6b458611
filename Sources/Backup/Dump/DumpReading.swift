internal import Bytes
internal import Cluster
internal import Files
internal import FoundationEssentials
internal import Problems
internal import Processes
internal import Repository
internal import Snapshot

/// Reads a dump once, stores it, and finds out what it is and whether it is whole.
struct DumpReading {
  private let writer: SnapshotWriter
  private let encoder: ChunkEncoder
  private let seed: UInt64
  private let options: ImportOptions
  private let progress: @Sendable (BackupProgress) -> Void
  private var form = Manifest.Dump.Form.plain
  private var program: String?
  private var serverVersion = 0
  private var isComplete = true
  private var survey = ScriptSurvey()
  private var files: [Manifest.Dump.File] = []
  private let tally = ChunkTally()

  init(
    _ writer: SnapshotWriter,
    _ repository: Repository,
    _ options: ImportOptions,
    _ progress: @escaping @Sendable (BackupProgress) -> Void
  ) throws {
    self.writer = writer
    self.options = options
    self.progress = progress
    encoder = try writer.makeEncoder()
    seed = repository.digestSeed
  }

  /// Stores all files of a dump.
  mutating func read(_ source: DumpSource) throws {
    if let directory = source.directory {
      try readDirectory(directory)
    } else if case .path(let path) = source {
      try readFile(try SequentialFile(path: path), source)
    } else {
      try readFile(SequentialFile(), source)
    }
    guard isComplete || options.allowsIncomplete else { throw Self.incomplete(source, nil) }
  }

  /// What the snapshot says.
  func manifest(of source: DumpSource, taken: String) -> Manifest {
    let dump = Manifest.Dump(
      form: form,
      source: source.fileName,
      program: program,
      databases: survey.databases,
      roles: survey.roles,
      isComplete: isComplete,
      files: files
    )
    var manifest = Manifest(
      of: dump,
      name: options.name,
      encoding: survey.encoding ?? "",
      serverVersion: serverVersion,
      taken: taken
    )
    manifest.tool = options.tool
    manifest.host = ProcessInfo.processInfo.hostName
    manifest.tags = options.tags
    manifest.totals = tally.sums
    manifest.totals.bytes = dump.size
    manifest.totals.bytesRead = dump.size
    return manifest
  }

  // MARK: One file

  private mutating func readFile(_ input: SequentialFile, _ source: DumpSource) throws {
    var head: [UInt8] = []
    while head.count < DumpHead.length {
      let more = try input.next()
      guard !more.isEmpty else { break }
      head += more
    }
    let facts = try DumpHead(head[...], of: source)
    (form, program, serverVersion) = (facts.form, facts.program, facts.serverVersion)
    if form == .custom {
      try readArchive(head, input, facts, source)
    } else {
      try readScript(head, input)
    }
  }

  private mutating func readScript(_ head: [UInt8], _ input: SequentialFile) throws {
    var tail = DumpTail()
    var survey = survey
    try store("", first: head, { try input.next() }) { bytes in
      survey.append(bytes.span)
      tail.append(bytes)
    }
    self.survey = survey
    isComplete = tail.isEnd(of: form)
  }

  /// `pg_restore` reads the same bytes as we do, to their end: it knows whether one is missing.
  private mutating func readArchive(
    _ head: [UInt8],
    _ input: SequentialFile,
    _ facts: DumpHead,
    _ source: DumpSource
  ) throws {
    let programs = try ClientPrograms.find(
      atLeast: facts.readerMajor,
      directory: options.binaryDirectory
    )
    try describe(programs, ["--list"], .bytes(Array(head.prefix(1 << 20))))
    var reading = self
    let outcome = try Invocation(programs.restore, ["--file=/dev/null"]).run { write in
      var isRead = true
      try reading.store("", first: head, { try input.next() }) { bytes in
        guard isRead else { return }
        do {
          try write(bytes.span)
        } catch let problem as Problem {
          throw problem
        } catch {
          // It gave up, and says why; the rest is still to be stored where that is wanted.
          isRead = false
        }
      }
    }
    self = reading
    try judge(outcome, source)
  }

  // MARK: A directory

  private mutating func readDirectory(_ directory: String) throws {
    form = .directory
    let entries = try DumpSource.files(in: directory)
    let head = try ReadableFile(path: "\(directory)/toc.dat").read(0..<16)
    let minor = head.count > 6 ? head[6] : 0
    let programs = try ClientPrograms.find(
      atLeast: DumpHead.readerMajor(archiveMinor: minor),
      directory: options.binaryDirectory
    )
    try describe(programs, ["--list", directory], .nothing)
    for entry in entries {
      let input = try SequentialFile(path: "\(directory)/\(entry.name)")
      try store(entry.name, first: [], { try input.next() }) { _ in }
    }
    let outcome = try Invocation(programs.restore, ["--file=/dev/null", directory]).run()
    try requireUnchanged(directory, entries)
    try judge(outcome, .path(directory))
  }

  /// `pg_restore` read the files again: what it says holds for the stored bytes only where no file
  /// changed from before the first byte was stored until it had ended.
  private mutating func requireUnchanged(
    _ directory: String,
    _ before: [Directory.Entry]
  ) throws {
    let after = try Directory.entries(of: directory)
    func byName(_ entries: [Directory.Entry]) -> [ExactText: Directory.Entry] {
      Dictionary(entries.map { (ExactText($0.name), $0) }) { first, _ in first }
    }
    let (old, new) = (byName(before), byName(after))
    let stored = Dictionary(files.map { (ExactText($0.name), $0.size) }) { first, _ in first }
    let changed = Set(old.keys).union(new.keys).filter { name in
      old[name] != new[name] || new[name]?.size != stored[name]
    }
    guard !changed.isEmpty else { return }
    isComplete = false
    guard options.allowsIncomplete else {
      throw Self.changed(directory, changed.sorted().map(\.text))
    }
  }

  private static func changed(_ directory: String, _ files: [String]) -> Problem {
    Problem(
      .refused,
      code: "import.changed",
      "the dump in \(directory) changed while it was imported; nothing was imported",
      reason: "somebody writes to it, such as the pg_dump that makes it",
      facts: files.prefix(5).map { .init("changed", $0) },
      hint: "Import it again when pg_dump has ended."
    )
  }

  // MARK: What all have

  private mutating func store(
    _ name: String,
    first: [UInt8],
    _ next: () throws -> [UInt8],
    _ look: ([UInt8]) throws -> Void
  ) throws {
    var file = DumpFileWriter(encoder, seed: seed, tally)
    let before = files.reduce(0) { $0 + $1.size }
    var bytes = first.isEmpty ? try next() : first
    while !bytes.isEmpty {
      try Task.checkCancellation()
      try file.append(bytes.span)
      try look(bytes)
      try writer.renewIfDue()
      progress(
        BackupProgress(phase: "importing", bytes: before + file.size, totalBytes: 0, rows: 0)
      )
      bytes = try next()
    }
    files.append(try file.finish(name))
  }

  /// What the table of contents of an archive says of its origin.
  private mutating func describe(
    _ programs: ClientPrograms,
    _ arguments: [String],
    _ input: Input
  ) throws {
    let outcome = try Invocation(programs.restore, arguments).run(input: input)
    // A list that does not fit the first bytes tells nothing; whether the dump is whole shows later.
    guard outcome.status.isSuccess else { return }
    program = DumpHead.value(";     Dumped by pg_dump version: ", in: outcome.text)
    serverVersion = DumpHead.number(
      DumpHead.value(";     Dumped from database version: ", in: outcome.text)
    )
  }

  private mutating func judge(_ outcome: Outcome, _ source: DumpSource) throws {
    guard !outcome.status.isSuccess else { return }
    isComplete = false
    guard options.allowsIncomplete else { throw Self.incomplete(source, outcome.errors) }
  }

  private static func incomplete(_ source: DumpSource, _ reason: String?) -> Problem {
    Problem(
      .refused,
      code: "import.incomplete",
      "the dump in \(source.label) is not whole; nothing was imported",
      reason: reason.map { $0.split(separator: "\n").suffix(3).joined(separator: "; ") }
        ?? "it does not end with the line that pg_dump and pg_dumpall write last",
      hint: "Find out why the dump was cut off. --allow-incomplete keeps what there is, as a"
        + " snapshot that is never latest."
    )
  }
}
