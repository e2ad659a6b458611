import Foundation

/// The whole project as text: what the rules read.
struct House: Sendable {
  /// Swift files of `Sources` and `Tests`, and the package's own description.
  var files: [SourceFile]
  /// Every other file that people read or run: documents, scripts, SQL.
  var documents: [SourceFile]

  /// Files given by path and text, for samples.
  init(_ texts: [String: String]) {
    let all = texts.sorted { $0.key < $1.key }.map { SourceFile(path: $0.key, text: $0.value) }
    files = all.filter { $0.path.hasSuffix(".swift") }
    documents = all.filter { !$0.path.hasSuffix(".swift") }
  }

  /// The project in which this test stands.
  static func current(testFile: String = #filePath) throws -> House {
    let root = URL(fileURLWithPath: testFile)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    var texts: [String: String] = [:]
    for place in ["Sources", "Tests", "scripts", "docs", "migrations", "fixtures", ".ci"] {
      try collect(root.appendingPathComponent(place), place, into: &texts)
    }
    for name in ["Package.swift", "README.md", "CHANGELOG.md"] {
      texts[name] = try? String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
    }
    return House(texts)
  }

  /// The Swift files of modules, without tests.
  var sources: [SourceFile] { files.filter { $0.path.hasPrefix("Sources/") } }

  /// Everything but this test, which has to write down what it forbids.
  var everythingElse: [SourceFile] {
    (files + documents).filter { !$0.path.hasPrefix("Tests/HouseRulesTests/") }
  }

  /// Reads a directory; what is no text in UTF-8 is no business of the rules.
  private static func collect(
    _ directory: URL,
    _ place: String,
    into texts: inout [String: String]
  ) throws {
    let directory = directory.resolvingSymlinksInPath()
    guard FileManager.default.fileExists(atPath: directory.path) else { return }
    for name in try FileManager.default.subpathsOfDirectory(atPath: directory.path) {
      let data = FileManager.default.contents(atPath: directory.path + "/" + name)
      guard let data, data.count < 1 << 20 else { continue }
      texts["\(place)/\(name)"] = String(data: data, encoding: .utf8)
    }
  }
}

/// One file as text, and the same without comments and texts in quotes.
struct SourceFile: Sendable {
  /// The path from the project's root.
  let path: String
  /// The lines as they are.
  let lines: [String]
  /// The lines with comments and quoted texts blanked, so that only code is left.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    code =
      path.hasSuffix(".swift")
      ? CodeText.blanked(text).split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init) : lines
  }

  /// The module or test target that the file belongs to.
  var module: String {
    let parts = path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : ""
  }

  /// The file's name without directories and extension.
  var stem: String {
    let name = path.split(separator: "/").last ?? ""
    return String(name.prefix { $0 != "." })
  }

  /// Whether there is anything but comments.
  var hasCode: Bool { code.contains { !$0.allSatisfy(\.isWhitespace) } }

  /// A violation for every line of `lines` that `matches`, one of `words` being in all that can.
  ///
  /// A pattern is compiled anew for each line that it is asked about, which for all lines of the
  /// tree takes minutes; a word is found at once.
  func violations(
    in lines: [String],
    _ text: String,
    naming words: [String] = [],
    where matches: (String) -> Bool
  ) -> [Violation] {
    lines.enumerated()
      .filter { line in words.isEmpty || words.contains { line.element.contains($0) } }
      .filter { matches($0.element) }
      .map { Violation(self, $0.offset + 1, text) }
  }
}

/// A place where a rule is broken.
struct Violation: Sendable, CustomStringConvertible {
  let description: String

  init(_ file: SourceFile, _ line: Int, _ text: String) {
    description = "\(file.path):\(line): \(text)"
  }

  init(_ path: String, _ line: Int, _ text: String) {
    description = "\(path):\(line): \(text)"
  }
}
