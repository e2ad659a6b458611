/// What an operation has to say, independent of where it is read.
///
/// One value renders as text for a terminal, as Markdown, as an HTML page; `json` carries the same
/// for programs.
public struct Report: Sendable, Equatable {
  /// One piece of a report.
  public enum Block: Sendable, Equatable {
    /// A heading inside the report.
    case heading(String)
    /// A sentence or several.
    case paragraph(String, role: Style.Role? = nil)
    /// Names and their values.
    case values([Field])
    /// A table.
    case table(Table)
    /// Lines that keep their form, such as statements.
    case preformatted(String)
    /// Points in a list.
    case list([String])
    /// What happened when, as bars on a page; the tables say the same elsewhere.
    case timeline(Timeline)
    /// Lines that came (`+`), went (`-`) or say where (anything else).
    case difference([String])
  }

  /// A name and its value.
  public struct Field: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The value, ready to print.
    public var value: String

    /// Makes a field.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What the report is about; nil leaves the heading out on a terminal.
  public var title: String?
  /// The pieces in order.
  public var blocks: [Block]
  /// The same for programs.
  public var json: JSONValue
  /// What tools for code review show beside the lines of files.
  public var issues: [Issue] = []
  /// What test runners count.
  public var cases: [Case] = []
  /// What it comes to, in a few words, for a list of many such reports; nil where nobody lists them.
  public var brief: String?

  /// Makes a report.
  public init(
    title: String? = nil,
    blocks: [Block] = [],
    json: JSONValue = .object([]),
    brief: String? = nil
  ) {
    self.title = title
    self.blocks = blocks
    self.json = json
    self.brief = brief
  }
}
