public import Arguments
internal import Reports
internal import Repository

/// Removes a key slot.
public struct KeyRemoveCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "remove"
  /// One sentence.
  public static let summary = "Let a key no longer open the repository."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock key remove 4f2a91c0", "Remove a slot, then run drydock key rotate.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The slot's id, or its first digits.
  public var slot = ""

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("slot", \.slot, "The slot's id as key list shows it, or its first digits.")
    group(\.shared)
  }

  /// Removes it.
  public func run(in context: Context) async throws -> ExitStatus {
    let (store, prefix) = (try context.store(), slot)
    let (removed, left) = try await context.withCredential {
      try KeyKeeper(store, $0).remove(prefix)
    }
    for name in left { context.warn("the store keeps \(name), which opens nothing new") }
    context.show(
      Report(
        blocks: [
          .values([.init("removed", removed.id), .init("label", removed.label)]),
          .paragraph(Self.advice),
        ],
        json: [
          "event": "result", "removed": removed.json,
          "left": .array(left.map { .string($0) }),
        ]
      )
    )
    return .done
  }

  private static let advice =
    "Who had this key may have copied what it opened. Run drydock key rotate, so that it does not "
    + "open what is written from now on."
}
