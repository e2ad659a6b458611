public import Arguments
internal import Reports
internal import Repository

/// Begins a new generation of keys.
public struct KeyRotateCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "rotate"
  /// One sentence.
  public static let summary = "Seal what is written from now on with new keys."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock key rotate", "Begin a new generation for every slot; nothing is stored again.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] { group(\.shared) }

  /// Rotates.
  public func run(in context: Context) async throws -> ExitStatus {
    let store = try context.store()
    let generation = try await context.withCredential { try KeyKeeper(store, $0).rotate() }
    context.show(
      Report(
        blocks: [.values([.init("generation", "\(generation)")])],
        json: ["event": "result", "generation": .integer(Int64(generation))]
      )
    )
    return .done
  }
}
