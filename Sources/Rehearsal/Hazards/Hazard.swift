/// A danger that a patch can bring to a database in use.
///
/// Ids are stable: suppressions, policies and reports name them. Each has a page in `docs/hazards`.
public struct Hazard: Sendable, Hashable {
  /// How bad it is where it happens to a large table that is in use.
  public enum Severity: String, Sendable, CaseIterable, Comparable {
    /// Nobody can read or write for as long as it takes, or data are lost.
    case critical
    /// Nobody can write for as long as it takes, or running applications fail.
    case serious
    /// Worth knowing; nobody is stopped for long.
    case notice

    /// The worst first.
    public static func < (one: Severity, other: Severity) -> Bool { one.place < other.place }

    private var place: Int {
      switch self {
      case .critical: 0
      case .serious: 1
      case .notice: 2
      }
    }
  }

  /// What decides that it is there.
  public enum Basis: String, Sendable, CaseIterable {
    /// The rehearsal saw it happen.
    case measured
    /// The scratch's catalog says so.
    case catalog
    /// The statement's text says so, on an object that the catalog knows.
    case text
  }

  /// What it does to the verdict unless a policy says something else.
  public enum Stance: String, Sendable, CaseIterable {
    /// Makes the verdict "no".
    case fails
    /// Makes the verdict "no" when what was measured is above the policy's limits.
    case failsAboveLimits
    /// Makes the verdict "no" when rows would be lost.
    case failsWithRows
    /// Is told.
    case told
  }

  /// The name by which people and files speak of it: `table-rewrite`.
  public let id: String
  /// How bad it is.
  public let severity: Severity
  /// What decides it.
  public let basis: Basis
  /// What it does to the verdict.
  public let stance: Stance
  /// A few words.
  public let title: String
  /// One sentence: what blocks what, or what breaks.
  public let sentence: String

  /// Its page, as a path in the project.
  public var page: String { "docs/hazards/\(id).md" }

  init(
    _ id: String,
    _ severity: Severity,
    _ basis: Basis,
    _ stance: Stance,
    _ title: String,
    _ sentence: String
  ) {
    self.id = id
    self.severity = severity
    self.basis = basis
    self.stance = stance
    self.title = title
    self.sentence = sentence
  }

  /// Every hazard that the program knows, the worst kinds first.
  public static let all: [Hazard] = blocking + losing + breaking + designing

  /// The hazard of that id, if there is one.
  public static func named(_ id: String) -> Hazard? { all.first { $0.id == id } }
}
