public import Arguments
internal import FoundationEssentials
internal import Problems
internal import Rehearsal
internal import Reports

/// Shows what one receipt binds.
public struct ReceiptsShowCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "show"
  /// One sentence.
  public static let summary = "Show what a receipt binds, and what it measured."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock receipts show 3f2a", "By the beginning of its id, as list shows it.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// The id, or its beginning.
  public var id = ""

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("receipt", \.id, "The receipt's id, or the beginning of it.", completion: .receipts)
    group(\.databaseOptions)
    group(\.shared)
  }

  /// Shows it.
  public func run(in context: Context) async throws -> ExitStatus {
    let shelf = try await context.receiptShelf(named: id)
    let signed = try shelf.receipt(id)
    let entry = ReceiptEntry(
      signed,
      live: try await context.liveIfNamed(databaseOptions, [signed.receipt]),
      revocation: shelf.revocations[signed.receipt.id],
      now: Int(Date().timeIntervalSince1970)
    )
    context.show(entry.details)
    return .done
  }
}

extension ReceiptShelf {
  /// The one receipt whose id begins so; a `Problem` of kind `usage` for none and for several.
  func receipt(_ beginning: String) throws -> SignedReceipt {
    let id = ReceiptName(beginning).id
    // Every id begins with an empty word, which is what a script's unset variable leaves.
    let found = id.isEmpty ? [] : receipts.filter { $0.receipt.id.hasPrefix(id) }
    if let only = found.first, found.count == 1 { return only }
    throw Problem(
      .usage,
      code: "usage.no-such-receipt",
      found.isEmpty
        ? "There is no receipt \(beginning)" : "Several receipts begin with \(beginning)",
      facts: found.prefix(5).map { Problem.Fact("receipt", $0.receipt.id) },
      hint: "drydock receipts list shows them."
    )
  }
}

extension ReceiptEntry {
  /// All that it binds.
  var details: Report {
    var patches = Table([
      .flexible("patch"), .text("sha256"), .text("undo"), .number("time"), .number("WAL"),
    ])
    for patch in receipt.patches {
      patches.add(
        patch.file,
        String(patch.hash.prefix(12)),
        patch.reversal != nil ? "rehearsed" : patch.undoHash != nil ? "there is a file" : "none",
        Quantity.duration(.seconds(patch.seconds)),
        Quantity.bytes(patch.walBytes)
      )
    }
    var blocks: [Report.Block] = [.values(values), .table(patches)]
    if !receipt.coverage.isEmpty {
      var table = Table([
        .flexible("table"), .text("rows that were there"), .number("others locked out"),
      ])
      for (name, coverage) in receipt.coverage.sorted(by: { $0.key < $1.key }) {
        let held = receipt.patches.compactMap { $0.holdSeconds[name] }.max()
        table.add(
          name,
          coverage.rawValue,
          held.map { Quantity.duration(.seconds($0)) } ?? ""
        )
      }
      blocks.append(.table(table))
    }
    if !receipt.accepted.isEmpty {
      blocks += [.heading("Accepted hazards"), .list(receipt.accepted)]
    }
    return Report(title: "Receipt \(receipt.id)", blocks: blocks, json: detailedJSON)
  }

  private var values: [Report.Field] {
    let target = receipt.target
    var values: [Report.Field] = [
      .init("state", state.rawValue + (isUseKnown ? "" : " (use not known)")),
      .init("database", "\(target.database) (oid \(target.oid)) of \(target.systemIdentifier)"),
      .init("schema", receipt.tenant ?? "all"),
      .init("role", receipt.migrator),
      .init("made", "\(Self.time(receipt.created)) by \(receipt.tool)"),
      .init("expires", Self.time(receipt.expires)),
      .init("data of", "\(receipt.dataTime), snapshot \(receipt.snapshot)"),
      .init("policy", receipt.policy.map { "sha256 \($0.prefix(12))" } ?? "none"),
      .init("signed by", keyName),
    ]
    if let server = receipt.scratchServer { values.append(.init("rehearsed on", server)) }
    if let label = receipt.label { values.append(.init("environment", label)) }
    if let revocation {
      values.append(.init("revoked", "\(Self.time(revocation.revoked)): \(revocation.reason)"))
    }
    for (name, value) in (receipt.session?.settings ?? [:]).sorted(by: { $0.key < $1.key })
    where ["search_path", "TimeZone"].contains(name) {
      values.append(.init(name, value))
    }
    return values
  }

  private var detailedJSON: JSONValue {
    [
      "event": "result", "receipt": json, "policy": JSONValue(receipt.policy),
      "snapshot": .string(receipt.snapshot), "taken": .string(receipt.dataTime),
      "role": .string(receipt.migrator),
      "coverage": .object(
        receipt.coverage.sorted { $0.key < $1.key }.map {
          .init($0.key, .string($0.value.rawValue))
        }
      ),
      "accepted": .array(receipt.accepted.map { .string($0) }),
    ]
  }
}
