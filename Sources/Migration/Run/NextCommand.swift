internal import Bytes

/// The commands that a person is told to run next, for the tenant whose patches ran.
public struct NextCommand: Sendable {
  /// The schema whose patches they are; nil for those of the database.
  let tenant: String?

  /// Names commands for a tenant.
  ///
  /// - Parameter tenant: Its schema; nil for the database.
  public init(tenant: String?) { self.tenant = tenant }

  /// Accepts a patch as it is, or with more words says what became of a statement.
  public func repair(_ version: Version, _ words: String = "") -> String {
    "drydock repair \(version)\(words)\(option)"
  }

  /// Shows why rows of a backfill failed.
  public func backfillStatus(_ version: Version) -> String {
    "drydock backfill status \(version)\(option)"
  }

  /// Goes on with a backfill.
  public func backfillRun(_ version: Version) -> String {
    "drydock backfill run \(version)\(schemas)"
  }

  /// Tries the rows of a backfill again that failed.
  func backfillReplay(_ version: Version) -> String {
    "drydock backfill replay \(version)\(schemas)"
  }

  /// Declares a patch and all before it applied.
  public func baseline(_ version: Version) -> String { "drydock baseline \(version)\(option)" }

  /// Takes a patch back, or goes on with that.
  public func undo(_ version: Version) -> String { "drydock undo --version \(version)\(schemas)" }

  /// The tenant for commands that run in many: a pattern of LIKE, in which an underscore stands for
  /// any character.
  private var schemas: String {
    let pattern = tenant?.escaping(["\\": "\\\\", "_": "\\_", "%": "\\%"])
    return pattern.map { " --schemas \(ShellWords.quoted($0))" } ?? ""
  }

  private var option: String { tenant.map { " --tenant \(ShellWords.quoted($0))" } ?? "" }
}

extension Run {
  /// The commands to run next for what this was a run of.
  var next: NextCommand { NextCommand(tenant: tenant) }

  /// How a person brings a run that cannot go on by itself to an end.
  var settlement: String {
    kind == .undone
      ? "Bring the database by hand back to where the patch ends, mend the undo file, and take it"
        + " back again: \(next.undo(patch.version))"
      : "Bring the database by hand to where the patch ends, then: \(next.repair(patch.version))"
  }
}
