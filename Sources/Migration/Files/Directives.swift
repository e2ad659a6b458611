internal import Bytes
internal import Problems

/// What the comments at the head of a patch ask of the runner: `-- drydock: no-transaction`.
public struct Directives: Sendable, Equatable {
  /// A hazard that the author accepts, with the reason that reports will repeat.
  public struct Allowance: Sendable, Equatable {
    /// The hazard's stable id.
    public var hazard: String
    /// Why it is acceptable here.
    public var reason: String
    /// Where it is written: `file:line:column`.
    public var place: String
  }

  /// `no-transaction`: each statement commits by itself.
  public var isOutsideTransaction = false
  /// `lock-timeout 5s`: how long a statement waits for a lock.
  public var lockTimeout: Duration?
  /// `lock-first`: take all locks that the rehearsal saw at the head.
  public var locksFirst = false
  /// `allow <hazard> because <reason>`.
  public var allowances: [Allowance] = []
  /// `requires <version>`: versions that must have been applied before.
  public var requirements: [Version] = []
  /// `backfill <table> by <key>`: whose rows are counted off, in a file that ends in `.backfill.sql`.
  var target: Backfill?
  /// `left <predicate>`: the rows of a backfill that are still to do.
  var left: String?
  /// `batch-time 2s`: how long one batch of a backfill should take.
  var batchTime: Duration?
  /// `dead-letters 100`: how many rows of a backfill may fail for good.
  var toleratedLetters: Int?

  /// Whether the author accepts a hazard.
  public func allows(_ hazard: String) -> Bool { allowances.contains { $0.hazard == hazard } }

  /// What makes the patch a backfill; nil while a part of it is missing.
  var backfill: Backfill? {
    guard var backfill = target, let left else { return nil }
    backfill.left = left
    backfill.batchTime = batchTime ?? backfill.batchTime
    backfill.toleratedLetters = toleratedLetters ?? 0
    return backfill
  }

  /// Which directives are there that only a backfill has.
  var ofBackfill: [String] {
    [
      target.map { _ in "backfill" }, left.map { _ in "left" }, batchTime.map { _ in "batch-time" },
      toleratedLetters.map { _ in "dead-letters" },
    ].compactMap { $0 }
  }

  /// No directives.
  public init() {}

  static let marker = "drydock:"
  private static let words = [
    "no-transaction", "lock-timeout", "lock-first", "allow", "requires", "backfill", "left",
    "batch-time", "dead-letters",
  ]

  /// Takes one directive, the text after `drydock:`.
  mutating func take(_ text: String, place: String) throws(Problem) {
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let name = words.first else {
      throw Self.problem("the directive is empty", place, "Write one of: \(Self.list).")
    }
    let rest = Array(words.dropFirst())
    switch name {
    case "no-transaction":
      try Self.requireNone(rest, name, place)
      isOutsideTransaction = true
    case "lock-first":
      try Self.requireNone(rest, name, place)
      locksFirst = true
    case "lock-timeout": lockTimeout = try Self.duration(rest, name, place)
    case "batch-time": batchTime = try Self.duration(rest, name, place)
    case "backfill": target = try Self.target(rest, target, place)
    case "left": left = try Self.predicate(Self.text(after: name, in: text), left, place)
    case "dead-letters": toleratedLetters = try Self.number(rest, place)
    case "allow": allowances.append(try Self.allowance(rest, place))
    case "requires": requirements += try Self.versions(rest, place)
    default:
      let nearest = Spelling.nearest(to: name, in: Self.words)
      throw Self.problem(
        "there is no directive '\(name)'",
        place,
        nearest.map { "Did you mean '\($0)'?" } ?? "Write one of: \(Self.list)."
      )
    }
  }

  private static var list: String { words.joined(separator: ", ") }

  private static func requireNone(
    _ rest: [String],
    _ name: String,
    _ place: String
  ) throws(Problem) {
    guard rest.isEmpty else {
      throw problem("'\(name)' takes no value", place, "Give each directive a line of its own.")
    }
  }

  private static func duration(
    _ rest: [String],
    _ name: String,
    _ place: String
  ) throws(Problem) -> Duration {
    let text = rest.count == 1 ? rest[0] : ""
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let units = ["ms": 1, "s": 1_000, "min": 60_000]
    guard let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))],
      number > 0, number <= 3_600_000 / unit
    else {
      throw problem(
        "'\(name)' needs a time",
        place,
        "Write a number with ms, s or min, at most an hour: \(name) 5s."
      )
    }
    return .milliseconds(number * unit)
  }

  private static func allowance(_ rest: [String], _ place: String) throws(Problem) -> Allowance {
    guard rest.count >= 3, rest[1] == "because" else {
      throw problem(
        "'allow' needs a hazard and a reason",
        place,
        "Write: allow <hazard> because <reason>."
      )
    }
    return Allowance(
      hazard: rest[0],
      reason: rest.dropFirst(2).joined(separator: " "),
      place: place
    )
  }

  private static func versions(_ rest: [String], _ place: String) throws(Problem) -> [Version] {
    let versions = rest.compactMap { Version($0) }
    guard !versions.isEmpty, versions.count == rest.count else {
      throw problem("'requires' needs a version", place, "Write: requires 0007.")
    }
    return versions
  }

  private static func target(
    _ rest: [String],
    _ earlier: Backfill?,
    _ place: String
  ) throws(Problem) -> Backfill {
    guard earlier == nil, let target = Backfill(rest) else {
      throw problem(
        earlier == nil ? "'backfill' needs a table and its key" : "a patch has one 'backfill'",
        place,
        "Write: backfill shop.orders by id. With an alias: backfill orders as o by id. A key of"
          + " several columns: by shop_id, number."
      )
    }
    return target
  }

  /// The rest of a directive as it is written: blanks inside quotes count.
  private static func text(after name: String, in text: String) -> String {
    var rest = text.drop(while: \.isWhitespace).dropFirst(name.count).drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }

  private static func predicate(
    _ text: String,
    _ earlier: String?,
    _ place: String
  ) throws(Problem) -> String {
    guard earlier == nil, Backfill.isOneTerm(text) else {
      throw problem(
        earlier == nil ? "'left' needs a condition" : "a patch has one 'left'",
        place,
        "Write, on one line, what holds for rows that are still to do: left total IS NULL."
      )
    }
    return text
  }

  private static func number(_ rest: [String], _ place: String) throws(Problem) -> Int {
    guard rest.count == 1, let number = Int(rest[0]), number >= 0 else {
      throw problem(
        "'dead-letters' needs a number",
        place,
        "Write how many rows may fail for good: dead-letters 100."
      )
    }
    return number
  }

  static func problem(_ what: String, _ place: String, _ hint: String) -> Problem {
    Problem(.refused, code: "patch.directive", "\(place): \(what)", hint: hint)
  }
}
