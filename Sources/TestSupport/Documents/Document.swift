internal import Files
internal import Foundation
internal import Problems

/// A page of the documentation: its blocks, and what its first comment says that they run with.
///
/// A page with blocks for the shell names fixtures in a comment, `<!-- runs with: shop, repository -->`,
/// and the programs that must be installed, `<!-- runs with: shop; needs: borg -->`.
public struct Document: Sendable, CustomStringConvertible {
  /// A fenced block.
  public struct Block: Sendable {
    /// The first word behind the fence; empty where there is none.
    public var language: String
    /// The words behind the language.
    public var details: String
    /// The line of the fence, from 1.
    public var line: Int
    /// What stands between the fences.
    public var lines: [String]
    /// Why it is not run, where a comment right before it says so.
    public var exemption: String?

    /// Whether a shell is meant to run it.
    public var isShell: Bool { language == "sh" || language == "console" }
    /// What stands between the fences, as one text.
    public var text: String { lines.joined(separator: "\n") }
  }

  /// Where it lies, from the package's root.
  public let path: String
  /// Its lines.
  public let lines: [String]
  /// Its blocks, in their order.
  public let blocks: [Block]
  /// The fixtures that its blocks run with; nil where the page does not say.
  public let fixtures: [String]?
  /// Programs of others that must be installed.
  public let programs: [String]

  /// The name in test reports.
  public var description: String { path }
  /// The blocks that are run.
  public var executed: [Block] { blocks.filter { $0.isShell && $0.exemption == nil } }
  /// The blocks for a shell that are not run.
  public var exempt: [Block] { blocks.filter { $0.isShell && $0.exemption != nil } }

  /// Reads a page; throws where a fence is not closed.
  public init(path: String, text: String) throws {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    blocks = try Self.blocks(of: lines, in: path)
    let header = text.firstMatch(of: /<!-- runs with: ([^;>]*?)(?:; needs: ([^>]*?))? -->/)
    fixtures = header.map { Self.names($0.1) }
    programs = Self.names(header?.2 ?? "")
  }

  /// Every page of the project for its users: README.md and what lies in docs.
  public static func all() throws -> [Document] {
    let root = SharedInputs.packageRoot
    let pages = try FileManager.default.subpathsOfDirectory(atPath: "\(root)/docs")
      .filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
    return try (["README.md"] + pages).map { path in
      let bytes = try ReadableFile.contents(of: "\(root)/\(path)")
      return try Document(path: path, text: String(decoding: bytes, as: UTF8.self))
    }
  }

  private static func names(_ list: Substring) -> [String] {
    list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func blocks(of lines: [String], in path: String) throws -> [Block] {
    var blocks: [Block] = []
    var open: Block?
    var indent = 0
    for (index, line) in lines.enumerated() {
      let bare = line.drop { $0 == " " }
      if bare.hasPrefix("```") {
        if let block = open {
          blocks.append(block)
          open = nil
          continue
        }
        indent = line.count - bare.count
        let words = bare.dropFirst(3).split(separator: " ", maxSplits: 1)
        open = Block(
          language: words.first.map(String.init) ?? "",
          details: words.count > 1 ? String(words[1]) : "",
          line: index + 1,
          lines: [],
          exemption: exemption(before: index, in: lines)
        )
      } else if open != nil {
        open?.lines.append(String(line.dropFirst(min(indent, line.count - bare.count))))
      }
    }
    if let open {
      throw Problem(code: "tests.open-fence", "\(path):\(open.line): a fence is not closed")
    }
    return blocks
  }

  private static func exemption(before index: Int, in lines: [String]) -> String? {
    let above = lines[..<index].last { !$0.allSatisfy(\.isWhitespace) } ?? ""
    return above.firstMatch(of: /<!-- not run: (.+) -->/).map { String($0.1) }
  }
}
