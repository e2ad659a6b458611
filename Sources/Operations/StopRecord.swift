internal import FoundationEssentials
internal import Problems
internal import Repository

/// One stop as the repository remembers it: up to four records, each written once.
///
/// `closing` before the database is closed, `mark` after the snapshot, `used` by the one start that
/// takes the mark, `opened` once that start has opened the database. What is missing tells how far it
/// came.
public struct StopRecord: Sendable, Equatable {
  /// What a stop found before it changed anything.
  struct Closing: Codable, Sendable, Equatable {
    var database: DatabaseIdentity
    /// The default that was set for the database; nil where none was.
    var previous: String?
  }

  /// Which start took the mark.
  struct Use: Codable, Sendable, Equatable {
    var database: DatabaseIdentity
    var at: Double
  }

  /// What the names of its records end in; they sort by time.
  public let id: String
  /// The database that was closed.
  public var database: DatabaseIdentity { closing.database }
  /// The mark; nil where the stop did not come to its end.
  public internal(set) var mark: StopMark?
  let closing: Closing
  var use: Use?
  /// Whether the start that took the mark came to its end.
  var isOpened = false

  /// Whether the snapshot was not taken yet, and no start has given the stop up.
  var isUnfinished: Bool { mark == nil && use == nil }

  /// Begins a stop: remembers what is found.
  static func begin(
    _ closing: Closing,
    now: Date,
    in repository: Repository
  ) throws -> StopRecord {
    let time = RecordTime.text(now.timeIntervalSince1970)
    let record = StopRecord(
      id: "\(closing.database.recordName)-\(time)",
      mark: nil,
      closing: closing
    )
    try RecordBody.store(closing, "closing-\(record.id)", in: repository)
    return record
  }

  /// All stops of a repository that the key may read, the newest first; blocks.
  static func all(in repository: Repository) throws -> [StopRecord] {
    let names = Set(try repository.records(kind: .restore))
    func read<Value: Decodable>(_ name: String) throws -> Value? {
      names.contains(name) ? try RecordBody.read(name, in: repository) : nil
    }
    return try names.filter { $0.hasPrefix("closing-") }.compactMap { name in
      guard let closing: Closing = try read(name) else { return nil }
      let id = String(name.dropFirst("closing-".count))
      return StopRecord(
        id: id,
        mark: try read("mark-\(id)"),
        closing: closing,
        use: try read("used-\(id)"),
        isOpened: names.contains("opened-\(id)")
      )
    }
    .sorted { $0.time > $1.time }
  }

  /// Writes the mark, which is the commit of a stop.
  mutating func complete(_ mark: StopMark, in repository: Repository) throws {
    try RecordBody.store(mark, "mark-\(id)", in: repository)
    self.mark = mark
  }

  /// Whether a start has taken the mark by now, or has opened the database without one.
  func isUsed(in repository: Repository) throws -> Bool {
    try repository.records(kind: .restore).contains("used-\(id)")
  }

  /// Uses the mark up for a database; where somebody was first, remembers who.
  mutating func spend(for target: DatabaseIdentity, now: Date, in repository: Repository) throws {
    guard use == nil else { return }
    let use = Use(database: target, at: now.timeIntervalSince1970)
    do {
      try RecordBody.store(use, "used-\(id)", in: repository)
    } catch let problem as Problem {
      guard problem.code == "store.exists" else { throw problem }
    }
    self.use = try RecordBody.read("used-\(id)", in: repository) ?? use
  }

  /// Takes the mark for a database; refused where another one has taken it.
  ///
  /// A start that was ended in its middle comes again for the same database.
  mutating func take(for target: DatabaseIdentity, now: Date, in repository: Repository) throws {
    try spend(for: target, now: now, in: repository)
    guard let use, !use.database.isSame(as: target) else { return }
    throw Problem(
      .refused,
      code: "start.used",
      "the mark of the stop was used already, by database \(use.database.name)",
      facts: [
        .init("used", Date(timeIntervalSince1970: use.at).formatted(.iso8601)),
        .init("database here", "\(target.name), which stays closed"),
      ],
      hint:
        "Two copies must not live on. Restore the snapshot with drydock restore, if you mean it."
    )
  }

  /// Writes that the database was opened: from now on its setting is its owner's again.
  func noteOpened(now: Date, in repository: Repository) throws {
    guard let use, !isOpened else { return }
    let opened = Use(database: use.database, at: now.timeIntervalSince1970)
    do {
      try RecordBody.store(opened, "opened-\(id)", in: repository)
    } catch let problem as Problem {
      // Two calls of the same start.
      guard problem.code == "store.exists" else { throw problem }
    }
  }

  /// Whether this stop is why a database is closed: it closed it, or a start filled it with the
  /// snapshot, and none has opened it since.
  func hasClosed(_ target: DatabaseIdentity, in repository: Repository) throws -> Bool {
    if isOpened, use?.database.isSame(as: target) == true { return false }
    if database.isSame(as: target) { return true }
    return try lastRestore(into: target, in: repository) != nil
  }

  /// Remembers that a database is being filled: what is in it need not be whole.
  func noteRestore(into target: DatabaseIdentity, now: Date, in repository: Repository) throws {
    let use = Use(database: target, at: now.timeIntervalSince1970)
    try RecordBody.store(use, "\(filling(target))\(RecordTime.text(use.at))", in: repository)
  }

  /// When the last restore into a database began, in seconds since 1970; nil for none.
  func lastRestore(into target: DatabaseIdentity, in repository: Repository) throws -> Double? {
    let names = try repository.records(kind: .restore).filter { $0.hasPrefix(filling(target)) }
    return try names.max().flatMap { try RecordBody.read($0, in: repository) as Use? }?.at
  }

  private func filling(_ target: DatabaseIdentity) -> String {
    "filling-\(id)-\(target.recordName)-"
  }

  private var time: Substring { id.suffix(17) }
}
