/// What `psql` says of the statements of a dump that failed.
///
/// A server that has not loaded the provider of a security label refuses the label; whoever loads a
/// dump with psql goes on after that, and only after that.
struct DumpErrors {
  /// The lines that say it, as far as they are known: the end of standard error is kept.
  private let lines: [Substring]
  private let isCut: Bool

  init(_ text: String) {
    lines = text.split(separator: "\n").filter { line in
      ["ERROR: ", "FATAL: ", "error: "].contains { line.contains($0) }
    }
    isCut = text.utf8.count > 60 << 10
  }

  /// The errors of anything but labels; where there are too many to see all, one that says so.
  var others: [Substring] {
    lines.filter { !Self.isOfLabel($0) }
      + (isCut ? ["there are more errors than can be told apart"] : [])
  }

  /// Whether there are errors, and all are of labels.
  var isOfLabels: Bool { !lines.isEmpty && others.isEmpty }

  private static func isOfLabel(_ line: Substring) -> Bool {
    line.contains("ERROR:  security label provider \"")
      || line.contains("ERROR:  no security label providers have been loaded")
  }
}
