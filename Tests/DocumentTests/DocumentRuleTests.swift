import Arguments
import Files
import Foundation
import Problems
import TestSupport
import Testing
import YAML

@testable import Commands

/// What is asked of every page, before anything of it is run.
@Suite("Every page of the documents keeps the rules")
struct DocumentRuleTests {
  /// The languages that a block may have.
  private static let languages: Set = ["sh", "console", "yaml", "sql", "text", "json", "ini"]
  /// More than a handful of blocks that nobody runs would be a document that nobody trusts.
  private static let mostExempt = 5

  @Test("Every block says its language")
  func languages() throws {
    for document in try Document.all() {
      for block in document.blocks where !Self.languages.contains(block.language) {
        Issue.record("\(document.path):\(block.line): a block of \"\(block.language)\"")
      }
    }
  }

  @Test("No block is made by indenting: it would have no language, and nobody would run it")
  func indented() throws {
    for document in try Document.all() {
      var isFenced = false
      var isList = false
      var isAfterBlank = true
      for (index, line) in document.lines.enumerated() {
        let bare = line.drop { $0 == " " }
        if bare.hasPrefix("```") { isFenced.toggle() }
        if line.contains(#/^ {0,3}([-*+]|\d+\.)\s/#) { isList = true }
        if !bare.isEmpty, bare.count == line.count, !line.contains(#/^([-*+]|\d+\.)\s/#) {
          isList = false
        }
        if !isFenced, !isList, isAfterBlank, line.hasPrefix("    ") {
          Issue.record("\(document.path):\(index + 1): an indented block: \(line)")
        }
        isAfterBlank = bare.isEmpty
      }
    }
  }

  @Test("Every call in a block that is not run is one that the program understands")
  func calls() throws {
    for document in try Document.all() {
      for block in document.exempt {
        for words in ShellLine.calls(in: block.text) {
          #expect(throws: Never.self, "\(document.path):\(block.line): \(words)") {
            try CommandLineReader(CommandTree.root).read(words)
          }
        }
      }
    }
  }

  @Test("Commands and options in the text exist")
  func mentioned() throws {
    let root = CommandInfo(CommandTree.root)
    for document in try Document.all() {
      // Decisions tell what was; the format has texts of its own that begin with the program's name.
      let isOther = document.path.hasPrefix("docs/decisions/") || document.path == "docs/format.md"
      if isOther { continue }
      let text = document.lines.joined(separator: "\n").replacing(/```[\s\S]*?\n *```/, with: "")
      for span in text.matches(of: /`drydock ([a-z][^`]*)`/) {
        for problem in Self.problems(with: String(span.1), in: root) {
          Issue.record("\(document.path): `drydock \(span.1)`: \(problem)")
        }
      }
    }
  }

  /// What a call in a text names that there is not; arguments may be left out there.
  private static func problems(with call: String, in root: CommandInfo) -> [String] {
    var info = root
    var words = call.split(whereSeparator: \.isWhitespace).map(String.init)[...]
    while let word = words.first, let next = info.subcommands.first(where: { $0.name == word }) {
      info = next
      words = words.dropFirst()
    }
    if info.path.count == 1 { return ["there is no such command"] }
    if !info.sections.isEmpty, let word = words.first, word.contains(/^[a-z]+$/) {
      return ["there is no \(word) of \(info.call)"]
    }
    let options = info.sections.isEmpty ? info.options : info.subcommands.flatMap(\.options)
    return words.filter { $0.hasPrefix("--") }.compactMap { word in
      let name = word.prefix { $0 != "=" && $0 != "," && $0 != ";" && $0 != "|" && $0 != ")" }
      let isKnown = name == "--help" || name == "--" || options.contains { $0.name == name }
      return isKnown ? nil : "there is no \(name)"
    }
  }

  @Test("Every YAML is a configuration that the program reads, or what the block says that it is")
  func configurations() throws {
    for document in try Document.all() {
      for block in document.blocks where block.language == "yaml" {
        #expect(throws: Never.self, "\(document.path):\(block.line)") {
          switch block.details {
          case "policy": _ = try PolicyReader.parse(block.text, path: document.path)
          // Other programs' files; theirs to read, but YAML it must be.
          case "prometheus": _ = try YAMLParser.parse(block.text)
          default: _ = try ConfigurationFile.parse(block.text, path: document.path, isTrusted: true)
          }
        }
      }
    }
  }

  @Test("Every link leads to a file that is there, and to a heading of it")
  func links() throws {
    let files = FileManager.default
    let documents = try Document.all()
    for document in documents {
      let folder = URL(fileURLWithPath: "\(SharedInputs.packageRoot)/\(document.path)")
        .deletingLastPathComponent()
      let text = document.lines.joined(separator: "\n").replacing(/```[\s\S]*?\n *```/, with: "")
      for link in text.matches(of: /\]\(([^)\s#]*)(?:#([^)\s]*))?\)/) where !link.1.contains(":") {
        let target = link.1.isEmpty ? document.path : String(link.1)
        let path =
          link.1.isEmpty
          ? "\(SharedInputs.packageRoot)/\(document.path)"
          : folder.appendingPathComponent(target).standardizedFileURL.path
        guard files.fileExists(atPath: path) else {
          Issue.record("\(document.path): nothing is at \(target)")
          continue
        }
        guard let heading = link.2,
          let page = documents.first(where: { path == "\(SharedInputs.packageRoot)/\($0.path)" })
        else { continue }
        let headings = page.lines.filter { $0.hasPrefix("#") }.map(Self.anchor)
        #expect(headings.contains(String(heading)), "\(document.path): \(target)#\(heading)")
      }
    }
  }

  /// What a heading is called in a link.
  private static func anchor(_ heading: String) -> String {
    heading.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
      .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
      .replacing(" ", with: "-")
  }

  @Test("The map in docs/README.md leads to every page")
  func map() throws {
    let documents = try Document.all()
    let map = try #require(documents.first { $0.path == "docs/README.md" })
    let text = map.lines.joined(separator: "\n")
    // Each of these has a list of its own.
    let parts = ["docs/decisions/", "docs/hazards/", "docs/reference/"]
    for document in documents where document.path.hasPrefix("docs/") && document.path != map.path {
      if parts.contains(where: document.path.hasPrefix) { continue }
      #expect(text.contains("](\(document.path.dropFirst("docs/".count)))"), "\(document.path)")
    }
  }

  @Test("Few blocks are not run, and each of them says why")
  func exempt() throws {
    let all = try Document.all()
    let exempt = all.flatMap { document in
      document.exempt.map { "\(document.path):\($0.line): \($0.exemption ?? "")" }
    }
    print("\(all.flatMap(\.executed).count) blocks are run, \(exempt.count) are not:")
    for line in exempt { print("  \(line)") }
    #expect(exempt.count <= Self.mostExempt)
  }
}
