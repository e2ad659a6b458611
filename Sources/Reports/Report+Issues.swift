extension Report {
  /// One thing that a tool for code review shows at a line of a file.
  public struct Issue: Sendable, Equatable {
    /// How much it matters.
    public enum Level: String, Sendable, Equatable, CaseIterable {
      /// It decides against what was judged.
      case error
      /// It should be looked at.
      case warning
      /// It is good to know.
      case note
    }

    /// What was found, as a stable id; `rule` in the words of most tools.
    public var rule: String
    /// What the rule is about, in a few words.
    public var title: String
    /// How much it matters.
    public var level: Level
    /// What was found here.
    public var message: String
    /// The file, relative to the checkout.
    public var file: String
    /// The line, from 1; nil for the whole file.
    public var line: Int?
    /// The column, from 1.
    public var column: Int?
    /// What tells this issue from all others, and stays the same when lines above it change.
    public var fingerprint: String
    /// A page that says more, relative to the documentation; nil for none.
    public var page: String?

    /// Makes an issue.
    public init(
      rule: String,
      title: String,
      level: Level,
      message: String,
      file: String,
      line: Int? = nil,
      column: Int? = nil,
      fingerprint: String,
      page: String? = nil
    ) {
      self.rule = rule
      self.title = title
      self.level = level
      self.message = message
      self.file = file
      self.line = line
      self.column = column
      self.fingerprint = fingerprint
      self.page = page
    }
  }

  /// One thing that passed or failed, as test runners count them.
  public struct Case: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The file it is about.
    public var file: String
    /// How long it took, in seconds.
    public var seconds: Double
    /// Why it failed; empty when it passed.
    public var failures: [String]

    /// Makes a case.
    public init(name: String, file: String, seconds: Double, failures: [String] = []) {
      self.name = name
      self.file = file
      self.seconds = seconds
      self.failures = failures
    }
  }
}
