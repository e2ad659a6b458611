public import Problems

/// The patches of a directory in the order of their versions.
public struct PatchDirectory: Sendable {
  /// Where it is.
  public var path: String
  /// The patches in order.
  public var patches: [Patch]
  /// Files that are no patches and that no patch includes, such as a README.
  public var others: [String]
  /// Whose way of laying files out this is.
  public var layout: PatchLayout

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
    let listing = try DirectoryListing(path)
    let layout = try PatchLayout.recognise(listing)
    var reader = PatchDirectoryReader(listing: listing, layout: layout, variables: variables)
    let directory = try reader.read()
    return (directory, reader.problems)
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

  /// Why a file cannot be taken for what its name or its place says.
  static func refusal(_ file: String, _ reason: String) -> Problem {
    Problem(
      .refused,
      code: "patch.name",
      "\(file): \(reason)",
      hint: "No file is passed over in silence: rename it, move it elsewhere, or include it."
    )
  }

  /// The last patch with a number.
  public var lastNumbered: Patch? { patches.last { !$0.version.isRepeatable } }

  /// The patch of a version.
  public subscript(version: Version) -> Patch? { patches.first { $0.version == version } }
}
