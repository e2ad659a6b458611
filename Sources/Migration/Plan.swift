public import Problems

/// What a run would do: the patches of a directory held against the ledger of a database.
public struct Plan: Sendable {
  /// How a patch stands.
  public enum Standing: String, Sendable {
    /// It will run.
    case pending
    /// It is in the database, as the file says.
    case applied
    /// A repeatable patch is in the database with an earlier text, and will run again.
    case changed
    /// It is in the database, but the file says something else now.
    case edited
    /// It is in the database, and its file is gone.
    case missing
    /// It has not run, although later ones have.
    case outOfOrder = "out of order"
    /// It began outside a transaction and did not end.
    case unfinished
    /// It has not run and lies beyond the version that was asked for.
    case beyond = "later"
  }

  /// One line of the plan.
  public struct Item: Sendable {
    /// The version.
    public var version: Version
    /// The file's name without its ending.
    public var name: String
    /// How it stands.
    public var standing: Standing
    /// The patch, unless its file is gone.
    public var patch: Patch?
    /// The last event, unless it has none.
    public var event: Ledger.Event?
  }

  /// What may be asked of a plan.
  public struct Request: Sendable {
    /// The last version to apply; all when nil.
    public var target: Version?
    /// Whether patches may run although later ones have.
    public var allowsOutOfOrder: Bool

    /// Makes a request.
    public init(target: Version? = nil, allowsOutOfOrder: Bool = false) {
      self.target = target
      self.allowsOutOfOrder = allowsOutOfOrder
    }
  }

  /// Every patch of the directory and of the ledger, in the order of versions.
  public var items: [Item]
  /// What forbids the run; empty when it may begin.
  public var problems: [Problem]
  private let request: Request

  /// Holds the directory against the ledger.
  public init(_ directory: PatchDirectory, _ state: Ledger.State, _ request: Request = Request()) {
    self.request = request
    problems = []
    items = directory.patches.map { Self.item($0, state, request) }
    items += state.latest.filter { $0.isApplied || $0.isUnfinished }
      .filter { directory[$0.version] == nil }
      // What never came to its first commit may go; of a repeatable patch an earlier text is there.
      .filter { $0.version.isRepeatable || !$0.isUnfinished || !state.isUntouched($0) }
      .map { Item(version: $0.version, name: $0.name, standing: .missing, event: $0) }
    items.sort { $0.version < $1.version }
    judge(directory, state)
  }

  /// The patches that will run, in order; one that is unfinished goes on in its place.
  public var pending: [Patch] {
    items.filter { item in
      switch item.standing {
      case .pending, .changed, .unfinished: true
      case .outOfOrder: request.allowsOutOfOrder
      default: false
      }
    }.compactMap(\.patch)
  }

  /// Throws the first of the problems, or one that lists them all.
  public func requireSound() throws(Problem) {
    guard let first = problems.first else { return }
    guard problems.count > 1 else { throw first }
    throw Problem(
      first.kind,
      code: "plan.unsound",
      "\(problems.count) things forbid this run",
      facts: problems.map { Problem.Fact($0.code, $0.summary) },
      hint: "Nothing was run. 'drydock status' shows each patch with its state."
    )
  }

  private static func item(_ patch: Patch, _ state: Ledger.State, _ request: Request) -> Item {
    let event = state[patch.version]
    return Item(
      version: patch.version,
      name: patch.name.stem,
      standing: standing(patch, event, state, request),
      patch: patch,
      event: event
    )
  }

  private static func standing(
    _ patch: Patch,
    _ event: Ledger.Event?,
    _ state: Ledger.State,
    _ request: Request
  ) -> Standing {
    if let event, event.isUnfinished, !state.isUntouched(event) { return .unfinished }
    if let event, event.isApplied {
      if event.identity.normalised == patch.script.identity.normalised { return .applied }
      guard patch.version.isRepeatable else { return .edited }
      return request.target == nil ? .changed : .beyond
    }
    if let target = request.target, patch.version > target { return .beyond }
    // Repeatable patches come after every number, and hold none of them back.
    let last = state.applied.last { !$0.version.isRepeatable }?.version
    guard !patch.version.isRepeatable, let last, patch.version < last else { return .pending }
    return .outOfOrder
  }

  private mutating func judge(_ directory: PatchDirectory, _ state: Ledger.State) {
    if let target = request.target, directory[target] == nil {
      problems.append(
        Problem(
          .usage,
          code: "plan.unknown-target",
          "there is no patch with version \(target)",
          hint: "The last one is \(directory.lastNumbered?.version.description ?? "none")."
        )
      )
    }
    if request.target?.isRepeatable == true { problems.append(Self.repeatableTarget) }
    for item in items {
      if let problem = Self.problem(item, directory, state, request) { problems.append(problem) }
    }
    judgeRequirements()
    for patch in pending {
      problems += patch.script.objections + (patch.verify?.objections ?? [])
    }
  }

  private static let repeatableTarget = Problem(
    .usage,
    code: "plan.repeatable-target",
    "a repeatable patch has no place in the order of versions",
    hint: "Give --to the version of a numbered patch; repeatable patches run without --to."
  )

  private static func problem(
    _ item: Item,
    _ directory: PatchDirectory,
    _ state: Ledger.State,
    _ request: Request
  ) -> Problem? {
    let next = NextCommand(tenant: state.tenant)
    switch item.standing {
    case .pending, .applied, .changed, .beyond: return nil
    case .edited: return editedProblem(item, directory, next)
    case .missing:
      return Problem(
        .refused,
        code: "plan.missing-file",
        "patch \(item.name) is in the database, and its file is gone from \(directory.path)",
        hint: item.version.isRepeatable
          ? "Bring the file back; if what it made is gone too: \(next.repair(item.version))"
          : "Bring the file back; a patch that is not wanted any more is taken back by an undo."
      )
    case .outOfOrder:
      guard !request.allowsOutOfOrder else { return nil }
      return Problem(
        .refused,
        code: "plan.out-of-order",
        "patch \(item.name) has not run, although later ones have",
        hint: "Give it the next version, or allow it with --out-of-order."
      )
    case .unfinished: return unfinishedProblem(item, state)
    }
  }

  private static func editedProblem(
    _ item: Item,
    _ directory: PatchDirectory,
    _ next: NextCommand
  ) -> Problem {
    let file = item.patch?.file ?? item.name
    let since = item.event?.gitSHA.map { "git diff \($0) -- \(directory.path)/\(file)" }
    return Problem(
      .refused,
      code: "plan.edited",
      "\(file) was edited after it was applied",
      facts: [
        Problem.Fact(
          "applied",
          "\(item.event?.finished ?? "") by \(item.event?.performedBy ?? "")"
        ),
        Problem.Fact("hash then", item.event?.identity.normalised ?? ""),
        Problem.Fact("hash now", item.patch?.script.identity.normalised ?? ""),
      ],
      hint: (since.map { "See what changed with: \($0). " } ?? "")
        + "Put the file back and write a new patch, or accept it: \(next.repair(item.version))"
    )
  }

  private static func unfinishedProblem(_ item: Item, _ state: Ledger.State) -> Problem? {
    guard let patch = item.patch, let event = item.event else { return nil }
    let progress = state.progress[item.version]
    guard event.kind == .applied, let progress, progress.hasBegun else {
      return Problem(
        .refused,
        code: "plan.unfinished",
        "patch \(item.name) began and did not end (\(event.kind.rawValue))",
        hint: event.kind == .undone
          ? "Go on with: \(NextCommand(tenant: state.tenant).undo(item.version))"
          : "Bring the database to where the patch ends, then: "
            + NextCommand(tenant: state.tenant).repair(item.version)
      )
    }
    do {
      try progress.requireUnedited(patch.script)
      return nil
    } catch let problem as Problem {
      return problem
    } catch {
      return Problem(
        .failed,
        code: "patch.hash",
        "\(patch.file): the hash cannot be computed",
        reason: "\(error)"
      )
    }
  }

  private mutating func judgeRequirements() {
    var available = Set(
      items.filter { [.applied, .changed].contains($0.standing) }.map(\.version)
    )
    for patch in pending {
      for version in patch.script.directives.requirements where !available.contains(version) {
        problems.append(
          Problem(
            .refused,
            code: "plan.requirement",
            "\(patch.file) requires version \(version), which is not applied before it"
          )
        )
      }
      available.insert(patch.version)
    }
  }
}
