internal import Cryptography
internal import FoundationEssentials
internal import Migration
internal import Postgres
internal import Problems
internal import Rehearsal
internal import Reports
internal import Repository
internal import Snapshot

/// A rehearsal as `rehearse` and `gate` run it: choose the snapshot, run, judge, sign a receipt.
struct RehearsalSession: Sendable {
  /// What came of it.
  struct Outcome {
    let content: SnapshotContent
    let result: RehearsalRun.Result
    let verdict: Verdict
    let receipt: Receipt?
    /// The directory of the patches as a checkout names it.
    let patchPath: String
  }

  let context: Context
  let snapshot: String
  var database: ConnectionSettings?
  let directory: PatchDirectory
  let migrator: String?
  let target: Version?
  let allowsOutOfOrder: Bool
  let rows: RehearsalRun.Rows
  let isFresh: Bool
  var policy: Verdict.Policy
  /// What the policy file demands; nil without one.
  let file: PolicyFile?
  /// The patch whose undo is rehearsed, instead of what is pending.
  var undoes: Version?
  /// The schema in which patches run; nil for the whole database.
  var tenant: String?
  /// The other schemas of the database that are rehearsed in the same run.
  var siblings: [String] = []
  /// The server on which the scratch is to be; nil for one of our own.
  var server: ConnectionSettings?

  /// What receipts call this program.
  static let tool = "drydock \(ToolVersion.number)"

  func run() async throws -> Outcome {
    let repository = try await context.openRepository()
    // First of all: who cannot sign a "yes" should not learn it after an hour.
    let signer = mayBind ? try context.receiptSigner(repository) : nil
    let live = try await liveDatabase()
    let content = try await context.snapshot(
      snapshot,
      of: live?.target.database,
      in: repository
    )
    try content.requireTaken("cannot be rehearsed on")
    try Self.requireSame(live, content)
    try Self.requireWhole(content)
    var options = RehearsalRun.Options(
      migrator: migrator ?? live?.role ?? content.manifest.database.owner
    )
    options.target = target
    options.allowsOutOfOrder = allowsOutOfOrder
    options.ledger = live?.ledger
    options.jobs = context.configuration.jobs ?? 2
    options.binaryDirectory = context.configuration.binaries
    options.tool = Self.tool
    options.undoes = undoes
    options.tenant = tenant
    options.siblings = siblings
    options.rows = rows
    let templates = try context.templates()
    options.templates = isFresh ? nil : templates
    options.server = server
    options.hooks = undoes == nil ? context.configuration.rehearsalHooks : RehearsalHooks()
    options.note = { context.note($0) }
    let rehearsal = RehearsalRun(on: content, patches: directory, options: options) {
      context.progress.report($0.report)
    }
    let result = try await rehearsal.run()
    context.progress.clear()
    let verdict = try judge(result, content)
    guard verdict.isYes, !result.patches.isEmpty, let signer else {
      return Outcome(
        content: content,
        result: result,
        verdict: verdict,
        receipt: nil,
        patchPath: patchPath
      )
    }
    var receipt = try result.receipt(
      of: rehearsal,
      live: live,
      now: Int(Date().timeIntervalSince1970),
      lifetime: Int(file?.receiptLifetime ?? 86_400)
    )
    receipt.policy = try file?.hash()
    receipt.label = context.configuration.label
    let signed = try SignedReceipt(signing: receipt, with: signer)
    try repository.putRecord(
      kind: .receipt,
      id: ReceiptName(of: receipt).text,
      try signed.encoded()
    )
    return Outcome(
      content: content,
      result: result,
      verdict: verdict,
      receipt: receipt,
      patchPath: patchPath
    )
  }

  /// Whether a yes is worth a receipt: on a part of the rows only where a policy says which part does.
  private var mayBind: Bool { rows == .all || file?.coverage != nil }

  /// Relative to the directory of the call, which in CI is the checkout.
  private var patchPath: String {
    let start = context.world.directory + "/"
    guard directory.path.hasPrefix(start) else { return directory.path }
    return String(directory.path.dropFirst(start.count))
  }

  /// The verdict by the program's own rules and by the policy's.
  private func judge(_ result: RehearsalRun.Result, _ content: SnapshotContent) throws -> Verdict {
    var verdict = Verdict(result, policy)
    guard let file else { return verdict }
    verdict.apply(
      file,
      to: result,
      dataAge: Date().timeIntervalSince(try content.manifest.takenTime),
      coverage: result.coverage(in: content, rows)
    )
    return verdict
  }

  private func liveDatabase() async throws -> LiveDatabase? {
    guard let database else { return nil }
    return try await Lane("drydock.live").run { [tenant] in
      do {
        return try LiveDatabase.read(try Connection.openForOwnQueries(database), tenant: tenant)
      } catch let error as PostgresError {
        throw error.problem("cannot look at \(database)")
      }
    }
  }

  private static func requireWhole(_ content: SnapshotContent) throws {
    guard content.manifest.isPartial else { return }
    throw Problem(
      .refused,
      code: "rehearsal.partial-snapshot",
      "snapshot \(content.name) leaves something of the database out",
      hint: "Rehearse on a whole one: drydock snapshots."
    )
  }

  /// A rehearsal on another database's data would prove nothing about this one.
  private static func requireSame(_ live: LiveDatabase?, _ content: SnapshotContent) throws {
    let database = content.manifest.database
    guard let target = live?.target,
      (target.systemIdentifier, target.oid) != (database.systemIdentifier, database.oid)
    else { return }
    throw Problem(
      .refused,
      code: "rehearsal.other-database",
      "the snapshot is of another database than the one that is to be migrated",
      facts: [
        .init("snapshot", "\(database.name) of system \(database.systemIdentifier)"),
        .init("database", "\(target.database) of system \(target.systemIdentifier)"),
      ],
      hint: "Take a snapshot of the database itself: drydock backup."
    )
  }
}

extension Repository {
  /// The key that signs receipts: whoever holds the repository's full key may sign.
  func receiptKey() throws -> Ed25519.PrivateKey {
    try Ed25519.PrivateKey(seed: try deriveKey(label: "receipts"))
  }
}
