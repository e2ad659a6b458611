internal import Catalog
internal import FoundationEssentials
internal import Postgres
internal import Snapshot

/// The rules by which a parent is judged, one after the other.
struct Judgement {
  let parent: Manifest
  let now: ServerFacts
  let options: BackupOptions

  /// The parent's horizon, nil where it has none.
  var horizon: LSN? { parent.position.horizon.flatMap { LSN($0) } }

  /// The first fact in which the server differs from the parent's, for a person.
  var mismatch: String? {
    rules.first { !options.omitted.contains($0.precaution) && $0.isBroken }?.reason
  }

  /// Why history is not proven, for a person; nil when it is.
  func brokenHistory(_ observer: Connection) throws -> String? {
    if let witness = parent.position.witness {
      let omitted = options.omitted
      return try Witness.isConfirmed(witness, on: observer, omitted: omitted)
        ? nil : "the row that the last snapshot left is gone: the database was set back or replaced"
    }
    if options.omitted.contains(.uptime) { return nil }
    guard options.trustsUptime else { return "the last snapshot could leave no witness" }
    return hasRestarted ? "the server was restarted, and there is no witness" : nil
  }

  /// Why everything is read although the parent could be relied on; nil when nothing asks for it.
  var dueReason: String? {
    if options.isFullRead { return "a full read was asked for" }
    guard !options.omitted.contains(.fullReadDue), options.fullReadEvery > 0 else { return nil }
    guard let last = Self.time(parent.position.lastFullRead), let clock = Self.time(now.clock),
      clock >= last
    else { return "nothing says when the last full read was" }
    return clock.timeIntervalSince(last) >= options.fullReadEvery * 86_400
      ? "a full read is due" : nil
  }

  private struct Rule {
    let precaution: Precaution
    let isBroken: Bool
    let reason: String
  }

  private var rules: [Rule] {
    let (then, database) = (parent.position, parent.database)
    return [
      Rule(precaution: .standby, isBroken: now.isStandby, reason: "the server is a standby"),
      Rule(
        precaution: .systemIdentifier,
        isBroken: database.systemIdentifier != now.systemIdentifier,
        reason: "the server is another cluster"
      ),
      Rule(
        precaution: .databaseOid,
        isBroken: database.oid != now.databaseOid,
        reason: "the database was created anew"
      ),
      Rule(
        precaution: .timeline,
        isBroken: then.timeline != now.timeline,
        reason: "the server is on timeline \(now.timeline), the last snapshot on \(then.timeline)"
      ),
      Rule(
        precaution: .serverVersion,
        isBroken: parent.server.version != now.version,
        reason: "the server's version is another"
      ),
      Rule(
        precaution: .readerVersion,
        isBroken: parent.reader != Manifest.currentReader,
        reason: "the last snapshot was read by another version of the reader"
      ),
      Rule(
        precaution: .encoding,
        isBroken: database.encoding != now.encoding,
        reason: "the database has another encoding"
      ),
      Rule(
        precaution: .walPosition,
        isBroken: LSN(then.lsn).map { now.insert < $0 } ?? true,
        reason: "the server's log is behind the last snapshot"
      ),
      Rule(
        precaution: .unsafeSettings,
        isBroken: !(now.isCrashSafe && wasCrashSafe) && hasRestarted,
        reason: "the server was restarted with fsync or full_page_writes off"
      ),
    ]
  }

  private var hasRestarted: Bool { parent.position.serverStart != now.serverStart }

  private var wasCrashSafe: Bool {
    ["fsync", "full_page_writes"].allSatisfy { parent.server.settings[$0] == "on" }
  }

  /// A time as `ServerFacts` writes it.
  private static func time(_ text: String?) -> Date? {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    return text.flatMap { try? style.parse($0) }
  }
}
