/// A hazard that a rehearsal found, with the place and what was measured there.
///
/// Every report is made from these, so each stands by itself.
public struct Finding: Sendable, Equatable {
  /// Where it is: as editors and code reviews name a place.
  public struct Place: Sendable, Hashable {
    /// The file, relative to the patch directory.
    public var file: String
    /// The line, counted from 1.
    public var line: Int
    /// The column, counted from 1 in characters.
    public var column: Int

    /// Makes a place.
    public init(file: String, line: Int = 1, column: Int = 1) {
      self.file = file
      self.line = line
      self.column = column
    }

    /// Reads `file:line:column`; a text without numbers is a file.
    public init(_ text: String) {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count > 2, let line = Int(parts[parts.count - 2]),
        let column = Int(parts[parts.count - 1])
      else {
        self.init(file: text)
        return
      }
      self.init(file: parts.dropLast(2).joined(separator: ":"), line: line, column: column)
    }

    /// `file:line:column`.
    public var text: String { "\(file):\(line):\(column)" }
  }

  /// What was measured; zero where it does not apply.
  public struct Figures: Sendable, Equatable {
    /// Size of the tables before, in bytes, without indexes.
    public var bytes = 0
    /// Rows of the tables before, as the scratch's statistics say.
    public var rows = 0
    /// For how many seconds others had to wait, on the scratch.
    public var blockedSeconds = 0.0
    /// Bytes of write-ahead log.
    public var walBytes = 0
  }

  /// What it is.
  public var hazard: Hazard
  /// The patch's version.
  public var version: String
  /// Where it is.
  public var place: Place
  /// The table or other object, quoted where SQL needs it; nil where there is none.
  public var object: String?
  /// One sentence with the object and the figures.
  public var text: String
  /// What was measured.
  public var figures = Figures()
  /// What the statement's time on production may be, where it grows with the table.
  public var estimate: Estimate?
  /// Why the author accepts it, from `-- drydock: allow ... because ...`; nil where nobody does.
  public var accepted: String?

  /// The page that explains it, as a path in the project.
  public var page: String { hazard.page }
}
