/// What reaches a person when something goes wrong: what failed, with which object, why, and what to do next.
///
/// Every error that leaves an operation is a `Problem`. Its `code` is stable, for scripts; its
/// texts are sentences, for people. No text may hold a secret or the content of a row.
public struct Problem: Error, Sendable, Equatable {
  /// How the problem ends the program; each kind has one exit status.
  public enum Kind: String, Sendable, CaseIterable {
    /// The work could not be done.
    case failed
    /// The command line or the configuration is wrong.
    case usage
    /// A guard or a policy refused; nothing was changed.
    case refused
    /// Verification found damage or drift.
    case damaged
    /// The rehearsal's verdict is "no".
    case verdict
    /// A lock or a lease was not obtained in time; try again.
    case busy
    /// Something was changed in part; the journal says what and how to go on.
    case partial
    /// A person or the system asked to stop, and the work stopped cleanly.
    case interrupted
  }

  /// One named value that helps to find the object: `table` = `public.jobs`.
  public struct Fact: Sendable, Equatable {
    /// What the value is.
    public var name: String
    /// The value, ready to print.
    public var value: String

    /// Makes a fact.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// How the program ends.
  public var kind: Kind
  /// A stable code in dotted words, such as `repository.wrong-passphrase`.
  public var code: String
  /// What failed, with which object: one sentence without a full stop.
  public var summary: String
  /// Why: the words of whoever refused, for example the server's message with its SQLSTATE.
  public var reason: String?
  /// Named values that help to find the object.
  public var facts: [Fact]
  /// What to do next: one or two sentences.
  public var hint: String?
  /// Whether the same attempt may succeed later without any change.
  public var isRetryable: Bool

  /// Makes a problem.
  public init(
    _ kind: Kind = .failed,
    code: String,
    _ summary: String,
    reason: String? = nil,
    facts: [Fact] = [],
    hint: String? = nil,
    isRetryable: Bool = false
  ) {
    self.kind = kind
    self.code = code
    self.summary = summary
    self.reason = reason
    self.facts = facts
    self.hint = hint
    self.isRetryable = isRetryable
  }
}

extension Problem: CustomStringConvertible {
  /// The problem as lines of text: summary, reason, facts, hint.
  public var description: String {
    var lines = [summary]
    if let reason { lines.append("  why: \(reason)") }
    lines += facts.map { "  \($0.name): \($0.value)" }
    if let hint { lines.append("  next: \(hint)") }
    return lines.joined(separator: "\n")
  }
}
