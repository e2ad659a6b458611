internal import Catalog
public import Migration
public import Problems

/// Holds a receipt against the database and the patches that it is wanted for.
public struct ReceiptCheck: Sendable {
  /// What a receipt is wanted for.
  public struct Occasion: Sendable {
    /// The database now.
    public var live: LiveDatabase
    /// Whether patches are to be applied or taken back.
    public var direction = Receipt.Direction.up
    /// The patches in the order in which they are to run.
    public var patches: [Patch]
    /// Seconds since 1970.
    public var now: Int
    /// The version of the program.
    public var tool: String
    /// The policy in force; nil for none.
    public var policy: PolicyFile?
    /// The hooks that are configured here.
    public var hooks = RehearsalHooks()
    /// What the configuration calls the environment.
    public var label: String?
    /// The schema in which the patches are to run; nil for the whole database.
    public var tenant: String?
    /// The revocations that are known, by the receipt's id.
    public var revocations: [String: Revocation] = [:]

    /// Describes an occasion.
    public init(live: LiveDatabase, patches: [Patch], now: Int, tool: String) {
      self.live = live
      self.patches = patches
      self.now = now
      self.tool = tool
    }
  }

  /// What does not fit, each in a sentence; empty when the receipt may be used.
  public internal(set) var mismatches: [String] = []
  /// What to do about them.
  var remedies: Set<Remedy> = []
  /// What changed outside the patches' footprint: recorded, no reason to refuse.
  public internal(set) var outsideDrift: [String] = []

  let receipt: Receipt
  let occasion: Occasion
  /// How the target's ledger stands to the receipt.
  let use: ReceiptUse

  /// Compares everything that the receipt binds.
  public init(_ receipt: Receipt, for occasion: Occasion) throws {
    self.receipt = receipt
    self.occasion = occasion
    use = ReceiptUse(of: receipt, in: occasion.live.ledger)
    checkTime()
    checkTarget()
    checkSession()
    try checkPolicy()
    try checkHooks()
    checkLedger()
    if isForThisDirection {
      try checkPatches()
      checkSchema()
    }
  }

  /// Throws a `Problem` of kind `refused` that lists what does not fit.
  public func require() throws(Problem) {
    guard !mismatches.isEmpty else { return }
    let surplus = mismatches.count - 20
    throw Problem(
      .refused,
      code: "receipt.mismatch",
      "receipt \(receipt.id) does not fit; nothing was run",
      facts: mismatches.prefix(20).map { Problem.Fact("differs", $0) }
        + (surplus > 0 ? [Problem.Fact("differs", "and \(surplus) more")] : []),
      hint: hint
    )
  }

  /// An undo is rehearsed with its patch, and can be rehearsed alone; the reverse cannot be.
  private var isForThisDirection: Bool {
    receipt.direction == .up || occasion.direction == .down
  }

  private mutating func checkTime() {
    if occasion.now > receipt.expires {
      let age = Words.time(Double(occasion.now - receipt.expires))
      let lifetime = Words.time(Double(receipt.expires - receipt.created))
      mismatch("it expired \(age) ago; it was good for \(lifetime)")
    }
    if occasion.now < receipt.created - 180 {
      mismatch("it was made in the future; the clock here or there is wrong", .clock)
    }
    if let revocation = occasion.revocations[receipt.id] {
      mismatch("it was revoked: \(revocation.reason)")
    }
    if receipt.tool != occasion.tool {
      mismatch("\(receipt.tool) rehearsed it, and this is \(occasion.tool)")
    }
  }

  private mutating func checkTarget() {
    let (wanted, found) = (receipt.target, occasion.live.target)
    if wanted.systemIdentifier != found.systemIdentifier {
      mismatch(
        "it is for a database on another server: system \(wanted.systemIdentifier),"
          + " and this is \(found.systemIdentifier)",
        .target
      )
    }
    if wanted.database != found.database {
      mismatch("it is for database \(wanted.database), and this is \(found.database)", .target)
    } else if wanted.systemIdentifier == found.systemIdentifier, wanted.oid != found.oid {
      mismatch(
        "database \(found.database) was dropped and created anew: its oid was \(wanted.oid),"
          + " and is \(found.oid)"
      )
    }
    if receipt.tenant != occasion.tenant {
      let words = { (schema: String?) in schema.map { "schema \($0)" } ?? "the whole database" }
      mismatch("it is for \(words(receipt.tenant)), and this is \(words(occasion.tenant))", .target)
    }
    if let wanted = receipt.label, let found = occasion.label, wanted != found {
      mismatch("it is for the environment '\(wanted)', and this is '\(found)'", .target)
    }
  }

  private mutating func checkSession() {
    let role = occasion.live.role
    guard receipt.migrator == role else {
      mismatch("it is for role \(receipt.migrator), and this session is \(role)", .role)
      return
    }
    guard let rehearsed = receipt.session else { return }
    for difference in occasion.live.session.differences(from: rehearsed, role: role) {
      mismatch(difference, .session)
    }
  }

  /// More than is asked for is no reason to refuse: the tests may be configured in CI alone.
  private mutating func checkHooks() throws {
    guard occasion.direction == .up, let wanted = try occasion.hooks.hash() else { return }
    guard let found = receipt.hooks else {
      return mismatch("no hook looked at its rehearsal, and there are hooks configured here")
    }
    if found != wanted { mismatch("other hooks looked at its rehearsal than are configured here") }
  }

  private mutating func checkPolicy() throws {
    let policy = occasion.policy
    switch (receipt.policy, try policy?.hash()) {
    case (nil, nil): break
    case (nil, .some):
      mismatch("no policy judged it, and there is one here")
    case (.some, nil):
      mismatch("a policy judged it that is not known here; name it with --policy FILE", .policy)
    case (let old?, let new?) where old != new:
      mismatch("another policy judged it than is in force here", .policy)
    default: break
    }
    for (table, found) in receipt.coverage.sorted(by: { $0.key < $1.key }) {
      guard let wanted = policy?.coverage, found < wanted else { continue }
      mismatch(
        "it had \(found.words) of table \(table), and the policy wants \(wanted.words)",
        .coverage
      )
    }
    guard let limit = policy?.snapshotMaxAge else { return }
    guard let taken = receipt.dataSeconds else {
      mismatch("it does not say how old its data are, and the policy asks")
      return
    }
    let age = Double(occasion.now) - taken
    if age > limit {
      mismatch(
        "its data are \(Words.time(age)) old, and the policy allows \(Words.time(limit))"
      )
    }
  }
}
