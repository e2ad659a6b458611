public import Arguments

/// Prints the words that an unfinished line may go on with; the completion scripts ask it.
///
/// Hidden: nobody types it. It changes nothing, asks nothing, and is silent about every error, for a
/// person who presses the tabulator key has not asked for any of that.
public struct CompleteCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "complete"
  /// One sentence.
  public static let summary = "Print what an unfinished line may go on with."
  /// Left out of lists.
  public static let isHidden = true
  /// The options on the unfinished line count, so it reads the configuration itself.
  public static let readsConfiguration = false
  /// How long a person waits for it; what is known by then is printed.
  static let patience = Duration.seconds(5)

  /// The options of every command.
  public var shared = SharedOptions()
  /// The line without the program's name; the last word is being typed, and may be empty.
  public var words: [String] = []

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("word", \.words, "The line, behind --; the last word is being typed.")
    group(\.shared)
  }

  /// Prints a word on each line, and behind a tab what there is to say of it.
  public func run(in context: Context) async throws -> ExitStatus {
    let line = UnfinishedLine(words, of: CommandInfo(CommandTree.root))
    guard case .words(let name) = line.wanted?.completion, let kind = WordKind(rawValue: name),
      let source = try? WordSource(line, in: context.world)
    else { return .done }
    let (ends, end) = AsyncStream<Void>.makeStream()
    let work = Task {
      // What fails leaves the words that were found before.
      try? await source.look(for: kind)
      end.yield()
    }
    let clock = Task {
      try? await context.world.pause(Self.patience)
      end.yield()
    }
    for await _ in ends { break }
    work.cancel()
    clock.cancel()
    for word in source.offer.words {
      context.world.output.line(word.note.isEmpty ? word.text : "\(word.text)\t\(word.note)")
    }
    return .done
  }
}
