internal import Problems

/// How the files of a history lie in their directory, named after the tool that wrote it so.
public enum PatchLayout: String, Sendable, CaseIterable {
  /// `0001_add_x.sql` with `.undo.sql` and `.verify.sql` beside it: drydock's own.
  case drydock
  /// `V1.2__add_x.sql`, `U1.2__add_x.sql`, `R__views.sql`, and `.sql.conf` beside a script.
  case flyway
  /// `1_add_x.up.sql` and `1_add_x.down.sql`; also `V0001.AddX.up.sql` and names with a dialect.
  case golangMigrate = "golang-migrate"
  /// One file with `-- migrate:up` and `-- migrate:down`.
  case dbmate
  /// One file with `-- +goose Up` and `-- +goose Down`.
  case goose
  /// `sqitch.plan` with `deploy`, `revert` and `verify` beside it.
  case sqitch
  /// `20140924113530_add_x/up.sql` and `down.sql`.
  case diesel

  /// What sorts the files of such a directory into patches.
  var reader: any LayoutReader {
    switch self {
    case .drydock, .flyway: NativeLayout()
    case .golangMigrate: PairedLayout()
    case .dbmate: SectionedLayout(marks: .dbmate)
    case .goose: SectionedLayout(marks: .goose)
    case .sqitch: SqitchLayout()
    case .diesel: DieselLayout()
    }
  }

  /// Whether its patches were written for another tool.
  ///
  /// A history cannot be edited any more where it has been applied, so what drydock would refuse in
  /// such a file is refused only when it is about to run.
  public var isForeign: Bool { self != .drydock }
}

/// Turns the files of a directory into the parts of patches.
protocol LayoutReader {
  /// Sorts the files by their names and by what their annotations say.
  func read(_ listing: DirectoryListing) throws(Problem) -> LayoutReading
}

/// What a layout found in a directory.
struct LayoutReading {
  /// A file that is no patch and must not be passed over, unless a patch includes it.
  struct Refusal {
    var file: String
    var reason: String
  }

  var patches: [PatchParts] = []
  /// Files that are no patches.
  var others: [String] = []
  var refusals: [Refusal] = []
  /// What is wrong, whoever includes what.
  var problems: [Problem] = []

  mutating func refuse(_ file: String, _ reason: String) {
    refusals.append(Refusal(file: file, reason: reason))
  }
}

/// Where the texts of one patch lie.
struct PatchParts {
  var name: PatchName
  var script: ScriptPart
  var undo: ScriptPart?
  var verify: ScriptPart?
}

/// One script: a file, or a section of one.
struct ScriptPart {
  /// When a script commits step by step though it does not ask for it in drydock's words.
  enum Commits {
    /// Only where it says `-- drydock: no-transaction`.
    case asWritten
    /// Always: its own tool was told to use no transaction.
    case always
    /// Where a statement cannot run in a transaction, as its own tool does it.
    case whereNeeded
    /// Where it holds nothing but one statement that cannot run in a transaction.
    case whereAlone
    /// It is a backfill, by the name of its file.
    case inBatches
  }

  var file: String
  /// The bytes of the file that are this script; nil for all.
  var section: Range<Int>?
  var commits = Commits.asWritten

  init(_ file: String, section: Range<Int>? = nil, commits: Commits = .asWritten) {
    self.file = file
    self.section = section
    self.commits = commits
  }
}
