internal import Bytes
internal import Cryptography
internal import FoundationEssentials
internal import ObjectStore
internal import Problems
internal import Synchronization

/// Who is writing now, and on which parent: an object that collection respects.
final class Lease: Sendable {
  static let directory = "leases"
  /// Seconds for which a lease is good.
  static let lifetime = 3600.0
  /// Seconds after which it is renewed.
  static let renewal = 600.0
  /// The code of the error that it ran out before it was renewed.
  static let expiredCode = "repository.lease-expired"

  /// What a lease says, see docs/format.md.
  struct Content: Codable {
    var writer: String
    var host: String
    var process: Int32
    var parent: String?
    var started: Int
    var expires: Int
    /// When this object was written; the first versions left it out.
    var written: Int?

    /// Seconds for which it is good.
    ///
    /// A host that may only write makes leases too, so the numbers may be any.
    var lifetime: Double { written.map { Double(expires) - Double($0) } ?? Lease.lifetime }
  }

  private struct State {
    var content: Content
    var object: ObjectName
    var written: Date
  }

  private let repository: Repository
  private let state: Mutex<State>

  /// Writes the first lease of a writer.
  init(_ repository: Repository, parent: SnapshotName?) throws {
    let now = repository.clock()
    let content = Content(
      writer: Hex.text(try Randomness.bytes(16)),
      host: ProcessInfo.processInfo.hostName,
      process: ProcessInfo.processInfo.processIdentifier,
      parent: parent?.text,
      started: Int(now.timeIntervalSince1970),
      expires: Int(now.timeIntervalSince1970 + Self.lifetime),
      written: Int(now.timeIntervalSince1970)
    )
    self.repository = repository
    let object = try Self.put(content, repository)
    state = Mutex(State(content: content, object: object, written: now))
  }

  /// The object that holds the lease now.
  var object: ObjectName { state.withLock { $0.object } }

  /// Writes a new lease when the last one is 10 minutes old; throws when it is too late for that.
  ///
  /// - Returns: Why the older one stayed, which is no failure.
  @discardableResult
  func renewIfDue() throws -> Problem? {
    try state.withLock { state in
      let now = repository.clock()
      guard now.timeIntervalSince(state.written) >= Self.renewal else { return nil }
      try Self.checkLive(state.content, now)
      var content = state.content
      content.written = Int(now.timeIntervalSince1970)
      content.expires = Int(now.timeIntervalSince1970 + Self.lifetime)
      // Only what is stored counts: a lease that could not be renewed runs out when it said.
      let object = try Self.put(content, repository)
      let older = state.object
      state = State(content: content, object: object, written: now)
      return try remove(older)
    }
  }

  /// Throws when the lease has run out: collection may have removed what the writer relies on.
  func checkLive() throws {
    try state.withLock { try Self.checkLive($0.content, repository.clock()) }
  }

  /// Removes the lease; returns why it stayed, which is no failure.
  @discardableResult
  func drop() throws -> Problem? {
    try remove(state.withLock { $0.object })
  }

  /// Removes a lease that is not needed any more, where that is allowed: else it runs out by itself,
  /// and blocks nobody.
  private func remove(_ object: ObjectName) throws -> Problem? {
    guard !repository.isAppendOnly else { return nil }
    do {
      try repository.store.delete(object)
      return nil
    } catch let problem as Problem {
      return Problem(
        code: "repository.lease-stays",
        "the lease \(object) could not be removed; it runs out by itself within an hour",
        reason: problem.reason ?? problem.summary,
        facts: [.init("object", object.text)],
        hint: "Nothing is wrong where this user may not delete, which protects the snapshots."
      )
    }
  }

  private static func put(_ content: Content, _ repository: Repository) throws -> ObjectName {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let name = ObjectName(components: directory, Hex.text(try Randomness.bytes(16)))
    let raw = Array(try encoder.encode(content))
    try repository.store.put(name, try repository.sealed.seal(raw, as: .lease, name: name))
    return name
  }

  private static func checkLive(_ content: Content, _ now: Date) throws {
    guard now.timeIntervalSince1970 < Double(content.expires) else {
      throw Problem(
        code: expiredCode,
        "the writer's lease ran out before it was renewed",
        reason: "the process or its machine was asleep for long",
        hint: "Nothing was committed. Run the backup again; what it stored is used again.",
        isRetryable: true
      )
    }
  }
}
