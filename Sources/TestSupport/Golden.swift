internal import Foundation
internal import Problems

/// Whole rendered texts compared with files in the repository.
///
/// `DRYDOCK_UPDATE_GOLDEN=1 swift test` writes them anew; the diff is then read by a person.
public enum Golden {
  /// Compares a text with `fixtures/golden/<the test's directory>/<name>`.
  ///
  /// - Parameters:
  ///   - text: what the program rendered.
  ///   - name: the golden file's name, with its extension.
  ///   - testFile: the test's own file, whose directory names the suite.
  /// - Throws: `tests.golden-differs` with the first line that differs, or `tests.golden-missing`.
  public static func check(_ text: String, _ name: String, testFile: String = #filePath) throws {
    let suite = URL(fileURLWithPath: testFile).deletingLastPathComponent().lastPathComponent
    let directory = URL(fileURLWithPath: "\(SharedInputs.packageRoot)/fixtures/golden/\(suite)")
    let file = directory.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["DRYDOCK_UPDATE_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      return
    }
    guard let bytes = try? Data(contentsOf: file) else {
      throw Problem(
        code: "tests.golden-missing",
        "there is no golden file \(file.path)",
        hint: "Run the test with DRYDOCK_UPDATE_GOLDEN=1 and read what it wrote."
      )
    }
    let golden = String(decoding: bytes, as: UTF8.self)
    if text != golden { throw difference(text, golden, name) }
  }

  private static func difference(_ text: String, _ golden: String, _ name: String) -> Problem {
    let found = text.split(separator: "\n", omittingEmptySubsequences: false)
    let expected = golden.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(found, expected).prefix { $0 == $1 }.count
    func show(_ lines: [Substring]) -> String { line < lines.count ? String(lines[line]) : "(end)" }
    return Problem(
      code: "tests.golden-differs",
      "the text differs from \(name) in line \(line + 1)",
      facts: [.init("expected", show(expected)), .init("found", show(found))],
      hint: "If the new text is right, run the test with DRYDOCK_UPDATE_GOLDEN=1."
    )
  }
}
