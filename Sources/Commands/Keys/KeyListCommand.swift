public import Arguments
internal import Problems
internal import Reports
internal import Repository

/// Shows the key slots.
public struct KeyListCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "list"
  /// One sentence.
  public static let summary = "List who can open the repository."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock key list", "Show every key slot; * marks the one that was used.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] { group(\.shared) }

  /// Lists them, the oldest first.
  public func run(in context: Context) async throws -> ExitStatus {
    let store = try context.store()
    let (slots, notice) = try await context.withCredential { try KeyKeeper(store, $0).list() }
    if let notice { context.warn(notice.summary + ". " + (notice.hint ?? "")) }
    var table = Table([
      .text("id"), .text("kind"), .text("role"), .text("created"), .number("generation"),
      .flexible("label"),
    ])
    for slot in slots {
      table.add(
        slot.id.prefix(8) + (slot.isOwn ? " *" : ""),
        slot.kind,
        slot.role.rawValue,
        slot.created.map { KeySlotSummary.time($0) } ?? "-",
        slot.generation.map { "\($0)" } ?? "-",
        slot.label
      )
    }
    context.show(
      Report(
        blocks: [.table(table)],
        json: [
          "event": "result", "slots": .array(slots.map(\.json)),
          "notice": notice.map { .string($0.code) } ?? .null,
        ]
      )
    )
    return .done
  }
}
