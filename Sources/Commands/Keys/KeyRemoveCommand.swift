public import Arguments
internal import Reports
internal import Repository

/// Removes a key slot.
public struct KeyRemoveCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "remove"
  /// One sentence.
  public static let summary = "Let a key no longer open the repository."
  /// What a person must know before.
  public static let discussion = """
    A slot that holds key generations which the key in use lacks is not removed: what is sealed \
    with them could not be read again. Bring this key up to date with the other one first: \
    drydock key rotate. Where that one is lost for good, --even-ahead gives up what it alone had.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock key remove 4f2a91c0", "Remove a slot, then run drydock key rotate.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The slot's id, or its first digits.
  public var slot = ""
  /// Whether the slot may be one that holds more than the key in use.
  public var evenAhead = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional(
      "slot",
      \.slot,
      "The slot's id as key list shows it, or its first digits.",
      completion: .slots
    )
    flag("--even-ahead", \.evenAhead, "Remove it even with generations that this key lacks.")
    group(\.shared)
  }

  /// Removes it.
  public func run(in context: Context) async throws -> ExitStatus {
    let (store, prefix, evenAhead) = (try context.store(), slot, evenAhead)
    let (removed, lost, left) = try await context.withCredential {
      try KeyKeeper(store, $0).remove(prefix, evenAhead: evenAhead)
    }
    if !lost.isEmpty {
      let numbers = lost.map(String.init).joined(separator: ", ")
      context.warn(
        "what is sealed with the key generations \(numbers) can no longer be read",
        isInResult: true
      )
    }
    for name in left {
      context.warn("the store keeps \(name), which opens nothing new", isInResult: true)
    }
    context.show(
      Report(
        blocks: [
          .values([.init("removed", removed.id), .init("label", removed.label)]),
          .paragraph(Self.advice),
        ],
        json: [
          "event": "result", "removed": removed.json,
          "lost_generations": .array(lost.map { .integer(Int64($0)) }),
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
