import Postgres
import Arguments
import Commands
import Problems
import Reports
import Synchronization

/// A command of these tests that visits each member of a fleet; the database's name says what happens.
struct VisitCommand: FleetCommand {
  static let name = "visit"
  static let summary = "Visit databases."

  var shared = SharedOptions()
  var databaseOptions = DatabaseOptions()
  var fleet = FleetOptions()

  static var arguments: [Argument<Self>] {
    group(\.databaseOptions)
    group(\.fleet)
    group(\.shared)
  }

  func namedAlone() throws -> String? { databaseOptions.database.map { _ in "--database" } }

  func run(in context: Context) async throws -> Commands.ExitStatus {
    let name = try databaseOptions.orDefault(in: context).keywords["dbname"] ?? ""
    try await Visits.current?.visit(name)
    context.progress.report(Progress(phase: "looking around"))
    context.note("nobody must see this")
    if name.hasPrefix("old") { context.warn("the server is old") }
    if name == "gone" {
      throw Problem(
        code: "visit.gone",
        "cannot connect to gone",
        reason: "FATAL: database \"gone\" does not exist (SQLSTATE 3D000)",
        facts: [.init("host", "db1")],
        hint: "Check the name."
      )
    }
    if name == "locked" { throw Problem(.busy, code: "visit.locked", "locked is in use") }
    let isDamaged = name == "torn"
    context.show(
      Report(
        blocks: [.paragraph(isDamaged ? "A page of \(name) is torn." : "All of \(name) is fine.")],
        json: ["event": "result", "database": .string(name)],
        brief: isDamaged ? "1 finding" : "sound"
      )
    )
    return isDamaged ? .damaged : .done
  }
}

/// Who is at work at the same time, and who waits for whom.
final class Visits: Sendable {
  @TaskLocal static var current: Visits?

  private struct State {
    var inside: Set<String> = []
    var arrived: [String] = []
    var most = 0
    var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())
  private let body: @Sendable (Visits, String) async throws -> Void

  /// What each visitor does while it is inside.
  init(_ body: @escaping @Sendable (Visits, String) async throws -> Void = { _, _ in }) {
    self.body = body
  }

  /// The most that were inside at the same time.
  var most: Int { state.withLock { $0.most } }
  /// Those that came, in their order.
  var arrived: [String] { state.withLock { $0.arrived } }

  func visit(_ name: String) async throws {
    let ready = state.withLock { state in
      state.inside.insert(name)
      state.arrived.append(name)
      state.most = max(state.most, state.inside.count)
      let count = state.arrived.count
      defer { state.waiting.removeAll { $0.count <= count } }
      return state.waiting.filter { $0.count <= count }.map(\.continuation)
    }
    for continuation in ready { continuation.resume() }
    defer { state.withLock { _ = $0.inside.remove(name) } }
    try await body(self, name)
  }

  /// Returns when so many have come.
  func arrivals(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        guard state.arrived.count < count else { return true }
        state.waiting.append((count, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }
}
