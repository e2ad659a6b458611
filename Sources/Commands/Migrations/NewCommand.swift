public import Arguments
internal import Files
internal import FoundationEssentials
internal import Migration
internal import Problems
internal import Reports

/// Makes the files of a new patch.
public struct NewCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "new"
  /// One sentence.
  public static let summary = "Make the files of a new patch."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock new 'add priority to jobs'", "Make a patch, its undo and verify files."),
    Example("drydock new --backfill 'fill priority'", "Make a patch that runs batch by batch."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Where the patches are.
  public var patchOptions = PatchOptions()
  /// What the patch does.
  public var label = ""
  /// Whether it fills rows batch by batch.
  public var isBackfill = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("name", \.label, "What the patch does, in a few words.")
    flag("--backfill", \.isBackfill, "Make a patch that runs batch by batch.")
    group(\.patchOptions)
    group(\.shared)
  }

  /// Makes the files.
  public func run(in context: Context) async throws -> ExitStatus {
    let path = patchOptions.path(in: context)
    try Directory.create(path, mode: 0o755)
    let directory = try PatchDirectory.read(path)
    let now = Int(Date().timeIntervalSince1970)
    let files = try directory.newFiles(for: label, at: now, isBackfill: isBackfill)
    for file in files {
      try Directory.create(Directory.parent(of: "\(path)/\(file.path)"), mode: 0o755)
      try AtomicFile.write(
        Array(file.text.utf8),
        to: "\(path)/\(file.path)",
        collision: .refuse,
        durability: .fast,
        mode: 0o644
      )
    }
    context.show(
      Report(
        blocks: [.list(files.map { "\(path)/\($0.path)" })],
        json: ["event": "result", "files": .array(files.map { .string("\(path)/\($0.path)") })]
      )
    )
    return .done
  }
}
