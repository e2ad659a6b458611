public import Problems

extension PatchDirectory {
  /// The directory with one backfill that looks for some of its rows only.
  ///
  /// - Parameters:
  ///   - version: The backfill.
  ///   - wanted: A condition that must hold, as SQL; nil for none.
  ///   - unwanted: A condition that must not hold, as SQL; nil for none.
  /// - Returns: The directory; the patch has the identity that it had.
  /// - Throws: A `Problem` when there is no such backfill, or a condition is not one.
  public func narrowed(
    _ version: Version,
    where wanted: String?,
    except unwanted: String?
  ) throws(Problem) -> PatchDirectory {
    guard let place = patches.firstIndex(where: { $0.version == version }),
      patches[place].script.backfill != nil
    else {
      throw Problem(
        .usage,
        code: "backfill.unknown",
        "there is no backfill \(version) in \(path)",
        hint: "A backfill is a file that ends in .backfill.sql; 'drydock status' lists the patches."
      )
    }
    for text in [wanted, unwanted].compactMap({ $0 }) where !Backfill.isOneTerm(text) {
      throw Problem(
        .usage,
        code: "backfill.condition",
        "'\(text)' is not one condition",
        hint: "Write what follows WHERE: --where \"region = 'north'\"."
      )
    }
    let criteria = [wanted, unwanted.map { "(\($0)\n) IS NOT TRUE" }].compactMap { $0 }
    var directory = self
    directory.patches[place].script = try reread(patches[place].script, criteria)
    return directory
  }

  private func reread(_ script: Script, _ criteria: [String]) throws(Problem) -> Script {
    guard !criteria.isEmpty else { return script }
    var reader = ScriptReader(directory: path, variables: script.variables, criteria: criteria)
    var narrowed = try reader.read(script.file)
    narrowed.directives.isOutsideTransaction = true
    if let problem = BackfillRules.problems(in: narrowed, isBackfill: true).first { throw problem }
    guard narrowed.identity == script.identity else {
      throw Problem(
        .refused,
        code: "patch.moved",
        "\(script.file) was changed while it was read",
        hint: "Nothing was run; run the command again."
      )
    }
    return narrowed
  }
}
