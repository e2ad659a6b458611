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
  func backfillStatus(_ version: Version) -> String {
    "drydock backfill status \(version)\(option)"
  }

  /// Declares a patch and all before it applied.
  public func baseline(_ version: Version) -> String { "drydock baseline \(version)\(option)" }

  /// Takes a patch back, or goes on with that.
  public func undo(_ version: Version) -> String {
    // The pattern is one of LIKE, in which an underscore stands for any character.
    let pattern = tenant?.replacing(mark: "\\", with: "\\\\").replacing(mark: "_", with: "\\_")
      .replacing(mark: "%", with: "\\%")
    let option = pattern.map { " --schemas \(Self.quoted($0))" } ?? ""
    return "drydock undo --version \(version)\(option)"
  }

  private var option: String { tenant.map { " --tenant \(Self.quoted($0))" } ?? "" }

  /// As a shell reads it.
  private static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      SQLScanner.isDigit(byte) || byte == UInt8(ascii: "_")
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    return plain ? word : "'\(word.replacing(mark: "'", with: "'\\''"))'"
  }
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
