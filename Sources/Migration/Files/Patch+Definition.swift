public import Problems

extension Patch {
  /// A file that defines a whole database, to be run as a patch is: `init_database.sql`.
  ///
  /// - Parameters:
  ///   - file: The file, relative to a directory.
  ///   - directory: The directory; nothing outside it can be included.
  /// - Returns: The patch, sound, with version 0.
  /// - Throws: A `Problem` that names file, line and column.
  public static func definition(_ file: String, in directory: String) throws(Problem) -> Patch {
    let script = try Script.read(file, in: directory)
    if let problem = PatchRules.problems(in: script).first { throw problem }
    guard let version = Version("0") else {
      throw Problem(code: "patch.version", "0 is not a version")
    }
    let name = PatchName(version: version, label: file, stem: file, style: .plain)
    return Patch(name: name, script: script, undo: nil, verify: nil)
  }
}
