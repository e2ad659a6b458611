public import Arguments
internal import Snapshot

/// Keeps a snapshot from being forgotten.
public struct ProtectCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "protect"
  /// One sentence.
  public static let summary = "Keep a snapshot whatever the retention policy says."
  /// What a person must know before.
  public static let discussion = """
    forget leaves a protected snapshot alone, by policy and by name, until --off. It is the tag \
    'protected', so backup --tag protected=... does the same from the start. It holds against \
    forget, not against whoever can delete objects of the store: that is what append-only and \
    object lock are for.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock protect 1f2e3d4c --because 'before the merger'", "Keep it, and say why."),
    Example("drydock protect 1f2e3d4c --off", "Let the policy decide again."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which snapshot.
  public var snapshot = ""
  /// Why, for whoever wonders in a year.
  public var reason: String?
  /// Whether the protection ends.
  public var isOff = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("snapshot", \.snapshot, "latest, an id, k=v, or @time.", completion: .snapshots)
    option("--because", \.reason, value: "TEXT", "Why: the value of the tag; 'yes' by default.")
    flag("--off", \.isOff, "Let the retention policy decide about it again.")
    group(\.shared)
  }

  /// Protects it, or no longer.
  public func run(in context: Context) async throws -> ExitStatus {
    let tag = RetentionPlan.Candidate.protection
    return try await isOff
      ? context.tag(snapshot, attaching: [:], removing: [tag])
      : context.tag(snapshot, attaching: [tag: reason ?? "yes"], removing: [])
  }
}
