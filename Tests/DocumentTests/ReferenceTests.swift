import Arguments
import Files
import TestSupport
import Testing

@testable import Commands

@Suite("docs/reference says what the commands say of themselves")
struct ReferenceTests {
  private static let directory = "\(SharedInputs.packageRoot)/docs/reference"

  @Test("Each page is as the program makes it; drydock tool generate reference makes them anew")
  func fresh() throws {
    let pages = GenerateCommand.pages(of: CommandInfo(CommandTree.root))
    let files = try Directory.entries(of: Self.directory).map(\.name)
    #expect(Set(files) == Set(pages.map(\.file)))
    for page in pages where files.contains(page.file) {
      let bytes = try ReadableFile.contents(of: "\(Self.directory)/\(page.file)")
      #expect(String(decoding: bytes, as: UTF8.self) == page.text, "\(page.file) is stale")
    }
  }

  @Test("Every command and every option has its place, and the program's examples are understood")
  func whole() throws {
    let root = CommandInfo(CommandTree.root)
    let pages = GenerateCommand.pages(of: root)
    for leaf in root.visibleLeaves {
      let page = try #require(pages.first { $0.text.contains("\n# `\(leaf.call)`\n") })
      for option in leaf.options where option.heading == nil {
        #expect(page.text.contains("| `\(option.term.replacing("|", with: "\\|"))` |"))
      }
      for example in leaf.examples {
        #expect(page.text.contains("- `\(example.line)`: "))
        for words in ShellLine.calls(in: example.line) {
          #expect(throws: Never.self) { try CommandLineReader(CommandTree.root).read(words) }
        }
      }
    }
  }
}
