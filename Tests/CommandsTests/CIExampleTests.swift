import Arguments
import Files
import TestSupport
import Testing
import YAML

@testable import Commands

@Suite("The workflows in docs/ci")
struct CIExampleTests {
  static let files = ["github-actions.yml", "gitlab-ci.yml"]

  private static func scalars(_ node: YAMLNode) -> [String] {
    switch node.content {
    case .scalar(let text, _): [text]
    case .sequence(let nodes): nodes.flatMap(scalars)
    case .mapping(let entries): entries.flatMap { scalars($0.value) }
    }
  }

  /// Every call of the program in a workflow, as words.
  private static func calls(in file: String) throws -> [[String]] {
    let path = "\(SharedInputs.packageRoot)/docs/ci/\(file)"
    let text = try #require(
      String(validating: try ReadableFile.contents(of: path), as: UTF8.self)
    )
    let root = try #require(try YAMLParser.parse(text))
    return scalars(root).filter { $0.hasPrefix("drydock ") }.map { call in
      // What the CI fills in is one word, whatever it is.
      call.replacing(/\$\{\{[^}]*\}\}/, with: "x")
        .split(whereSeparator: \.isWhitespace).dropFirst().map(String.init)
    }
  }

  @Test("Their calls are what the program understands", arguments: files)
  func calls(file: String) throws {
    let calls = try Self.calls(in: file)
    #expect(calls.map(\.first) == ["gate", "backup", "rehearse", "migrate"])
    for call in calls {
      _ = try CommandLineReader(CommandTree.root).read(call)
      for place in call.indices where call[place] == "--report" {
        _ = try ReportFile(call[place + 1])
      }
      #expect(!call.contains("--unsafe-scratch"))
    }
  }
}
