internal import Files
public import Problems

/// The patches of a directory in the order of their versions.
public struct PatchDirectory: Sendable {
  /// Where it is.
  public var path: String
  /// The patches in order.
  public var patches: [Patch]
  /// Files that are no patches and that no patch includes, such as a README.
  public var others: [String]

  /// Reads a directory.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - variables: psql's variables that are given from outside.
  /// - Returns: The patches, all of them sound.
  /// - Throws: One `Problem` that lists everything that is wrong, by file and line.
  public static func read(
    _ path: String,
    variables: [String: String] = [:]
  ) throws(Problem) -> PatchDirectory {
    let (directory, problems) = try inspect(path, variables: variables)
    if let problem = merge(problems, path) { throw problem }
    return directory
  }

  /// Reads a directory and judges it without giving up at the first problem.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - variables: psql's variables that are given from outside.
  /// - Returns: What could be read, and everything that is wrong with it.
  /// - Throws: A `Problem` when the directory itself cannot be read.
  public static func inspect(
    _ path: String,
    variables: [String: String] = [:]
  ) throws(Problem) -> (directory: PatchDirectory, problems: [Problem]) {
    var reader = PatchDirectoryReader(path: path, variables: variables)
    let directory = try reader.read(names: try names(in: path))
    return (directory, reader.problems)
  }

  private static func names(in path: String) throws(Problem) -> [String] {
    do {
      return try Directory.entries(of: path).map(\.name)
    } catch {
      throw Problem(
        .usage,
        code: "patch.directory",
        "the patch directory \(path) cannot be read",
        reason: (error as? Problem)?.reason,
        hint: "Name the directory with --patches DIR, or make one with 'drydock new NAME'."
      )
    }
  }

  private static func merge(_ problems: [Problem], _ path: String) -> Problem? {
    guard problems.count > 1 else { return problems.first }
    return Problem(
      .refused,
      code: "patch.directory-unsound",
      "\(problems.count) things are wrong in the patch directory \(path)",
      facts: problems.map { problem in
        let hint = problem.hint.map { " (\($0))" } ?? ""
        return Problem.Fact(problem.code, problem.summary + hint)
      },
      hint: "Nothing was run. Correct the files and look again with 'drydock status'."
    )
  }

  /// The patch of a version.
  public subscript(version: Version) -> Patch? { patches.first { $0.version == version } }
}

/// Sorts the files of a directory into patches and gathers what is wrong.
private struct PatchDirectoryReader {
  let path: String
  let variables: [String: String]
  var problems: [Problem] = []
  private var patches: [PatchName] = []
  private var undos: [(file: String, name: PatchName)] = []
  private var verifies: [(file: String, name: PatchName)] = []
  private var refused: [(file: String, reason: String)] = []
  private var others: [String] = []

  init(path: String, variables: [String: String]) {
    self.path = path
    self.variables = variables
  }

  mutating func read(names: [String]) throws(Problem) -> PatchDirectory {
    for name in names where !name.hasPrefix(".") { sort(name) }
    refuseDuplicates()
    var found: [Patch] = []
    for name in patches.sorted(by: { $0.version < $1.version }) {
      if let patch = patch(name) { found.append(patch) }
    }
    refuseOrphans()
    let included = Set(
      found.flatMap { patch in
        [patch.script, patch.undo, patch.verify].compactMap { $0?.includes }.joined()
      }
    )
    for (file, reason) in refused where !included.contains(file) { refuse(file, reason) }
    return PatchDirectory(
      path: path,
      patches: found,
      others: others.filter { !included.contains($0) }
    )
  }

  private mutating func sort(_ name: String) {
    guard !isDirectory(name) else {
      if PatchName(stem: name) != nil {
        refused.append((name, "it is a directory; histories of Diesel cannot be read yet"))
      } else {
        others.append("\(name)/")
      }
      return
    }
    switch PatchFile(fileName: name) {
    case .patch(let patch): patches.append(patch)
    case .undo(let patch): undos.append((name, patch))
    case .verify(let patch): verifies.append((name, patch))
    case .refused(let reason): refused.append((name, reason))
    case .other: others.append(name)
    }
  }

  private func isDirectory(_ name: String) -> Bool {
    Directory.exists("\(path)/\(name)")
  }

  private mutating func refuse(_ file: String, _ reason: String) {
    problems.append(
      Problem(
        .refused,
        code: "patch.name",
        "\(file): \(reason)",
        hint: "No file is passed over in silence: rename it, move it elsewhere, or include it."
      )
    )
  }

  private mutating func refuseDuplicates() {
    for group in Dictionary(grouping: patches, by: \.version).values where group.count > 1 {
      let files = group.map { "\($0.stem).sql" }.sorted()
      problems.append(
        Problem(
          .refused,
          code: "patch.duplicate-version",
          "\(files.joined(separator: " and ")) have the same version",
          hint: "Give the newer one the next version; 'drydock new NAME' finds it."
        )
      )
    }
  }

  private mutating func refuseOrphans() {
    let stems = Set(patches.map(\.stem))
    let versions = Set(patches.map(\.version))
    for (file, name) in undos + verifies {
      let isFlywayUndo = name.stem.hasPrefix("U") && name.style == .flyway
      guard isFlywayUndo ? !versions.contains(name.version) : !stems.contains(name.stem) else {
        continue
      }
      let nearest = Spelling.nearest(to: name.stem, among: stems.sorted())
      problems.append(
        Problem(
          .refused,
          code: "patch.orphan",
          "\(file): there is no patch that it belongs to",
          hint: nearest.map { "Did you mean to name it after \($0).sql?" }
            ?? "It must have the name of its patch, with .undo.sql or .verify.sql at the end."
        )
      )
    }
  }

  private mutating func patch(_ name: PatchName) -> Patch? {
    guard let own = script("\(name.stem).sql", PatchRules.problems(in:)) else { return nil }
    let undoFiles = undos.filter {
      $0.name.stem == name.stem || ($0.name.stem.hasPrefix("U") && $0.name.version == name.version)
    }
    if undoFiles.count > 1 {
      refuse(undoFiles[1].file, "\(undoFiles[0].file) takes back the same patch")
    }
    let verifyFile = verifies.first { $0.name.stem == name.stem }?.file
    return Patch(
      name: name,
      script: own,
      undo: undoFiles.first.flatMap { script($0.file, PatchRules.problems(in:)) },
      verify: verifyFile.flatMap { script($0, PatchRules.problems(inVerify:)) }
    )
  }

  private mutating func script(_ file: String, _ judge: (Script) -> [Problem]) -> Script? {
    do throws(Problem) {
      let script = try Script.read(file, in: path, variables: variables)
      problems += judge(script)
      return script
    } catch {
      problems.append(error)
      return nil
    }
  }
}
