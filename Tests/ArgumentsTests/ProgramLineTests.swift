import Arguments
import TestSupport
import Testing

@Suite("A line names a command")
struct ProgramLineTests {
  private let reader = CommandLineReader(Decorate.root)

  private func help(_ words: String...) throws -> String? {
    guard case .help(let info) = try reader.read(words) else { return nil }
    return info.call
  }

  private func refusal(_ words: String...) -> UsageError? {
    #expect(throws: UsageError.self) { try reader.read(words) }
  }

  @Test("A command of a group is found and filled")
  func nested() throws {
    guard
      case .run(let command as TearCommand, let info) =
        try reader.read(["paper", "tear", "--from", "east"])
    else {
      Issue.record("no command was found")
      return
    }
    #expect(command.from == "east")
    #expect(info.call == "decorate paper tear")
  }

  @Test("Help is found by every way of asking")
  func helps() throws {
    #expect(try help() == "decorate")
    #expect(try help("-h") == "decorate")
    #expect(try help("help") == "decorate")
    #expect(try help("help", "paint") == "decorate paint")
    #expect(try help("paint", "--help") == "decorate paint")
    #expect(try help("paper", "--help") == "decorate paper")
    #expect(try help("help", "paper", "tear") == "decorate paper tear")
    #expect(try help("paint", "hall", "--", "--help") == nil)
  }

  @Test("An unknown command names the nearest one that is listed")
  func unknown() {
    #expect(refusal("pant")?.reason == .unknownCommand("pant", nearest: "paint"))
    #expect(refusal("paintt", "hall")?.reason == .unknownCommand("paintt", nearest: "paint"))
    #expect(refusal("pain")?.reason == .unknownCommand("pain", nearest: "paint"))
    #expect(refusal("pap")?.reason == .unknownCommand("pap", nearest: "paper"))
    #expect(refusal("pa")?.reason == .unknownCommand("pa", nearest: nil))
    #expect(refusal("secre")?.reason == .unknownCommand("secre", nearest: nil))
    #expect(refusal("paper")?.reason == .missingCommand)
    #expect(refusal("--fast", "paint")?.reason == .optionBeforeCommand("--fast"))
    #expect(
      refusal("paint", "hall", "--fats")?.hint
        == "Did you mean --fast? 'decorate paint --help' shows what there is."
    )
  }

  @Test("Help, manual and completions are rendered as they stand in the files")
  func golden() throws {
    let root = CommandInfo(Decorate.root)
    try Golden.check(HelpText.render(root), "help.txt")
    let paint = try #require(root.subcommands.first)
    try Golden.check(HelpText.render(paint), "help-paint.txt")
    try Golden.check(HelpText.render(paint, width: 50), "help-paint-narrow.txt")
    try Golden.check(
      ManualPage.render(root, version: "1.0", date: "January 31, 2026"),
      "decorate.1"
    )
    let pages = root.visiblePages.filter { $0.path.count > 1 }
    #expect(pages.map { ManualPage.fileName($0) }.contains("decorate-paper-tear.1"))
    for page in pages {
      let text = ManualPage.render(page, of: root, version: "1.0", date: "January 31, 2026")
      try Golden.check(text, ManualPage.fileName(page))
    }
    for shell in Shell.allCases {
      try Golden.check(shell.completions(for: root), "completions.\(shell.rawValue)")
    }
  }
}
