internal import Foundation

/// What is called otherwise where a document runs: directories, servers, and ids that are made anew.
///
/// A document writes `/srv/backups`, and means a directory of the sandbox here. It shows an id in one
/// output and gives it to a later command; there it stands for the id that this run has shown at the
/// same place.
public struct DocumentNames: Sendable {
  /// Directories of the machine that lie in the sandbox instead.
  static let directories = ["etc", "srv", "mnt", "opt", "usr/local", "var/backups", "var/lib"]

  private let sandbox: String
  private var names: [(shown: String, real: String)] = []

  /// Names of a run in a sandbox.
  init(sandbox: String) { self.sandbox = sandbox }

  /// What a name of the document stands for, where that is known.
  func known(_ shown: String) -> String? { names.first { $0.shown == shown }?.real }

  /// Remembers what a name stands for.
  mutating func bind(_ shown: String, to real: String) {
    if known(shown) == nil { names.append((shown, real)) }
  }

  /// A command of the document as it runs here.
  func real(_ text: String) -> String {
    let places = Self.directories.joined(separator: "|")
    let pattern = "(?<![\\w/.~}\\-])/(\(places))(?![\\w.\\-])"
    var text = text.replacingOccurrences(
      of: pattern,
      with: "\(sandbox)/$1",
      options: .regularExpression
    )
    for (shown, real) in names.sorted(by: { $0.shown.count > $1.shown.count }) {
      let pattern = "(?<![\\w])\(NSRegularExpression.escapedPattern(for: shown))(?![\\w])"
      text = text.replacingOccurrences(
        of: pattern,
        with: NSRegularExpression.escapedTemplate(for: real),
        options: .regularExpression
      )
    }
    return text
  }

  /// What a command said, with the names of the document for what is not an id.
  func shown(_ output: String) -> String {
    var output = output.replacing("\(sandbox)/home", with: "~")
    for (shown, real) in names where real.hasPrefix("/") {
      output = output.replacing(real, with: shown)
    }
    return output.replacing("\(sandbox)/", with: "/")
  }
}
