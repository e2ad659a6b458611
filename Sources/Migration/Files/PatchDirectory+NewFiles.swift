public import Problems

extension PatchDirectory {
  /// A file of a patch that does not exist yet.
  public struct NewFile: Sendable, Equatable {
    /// Its path in the directory.
    public var path: String
    /// What it begins with.
    public var text: String
  }

  /// The files of a new patch, laid out as the directory is.
  ///
  /// - Parameters:
  ///   - label: What the patch does, in words.
  ///   - instant: Now, in seconds since 1970.
  ///   - isBackfill: Whether it is to run batch by batch.
  /// - Returns: The files, with a comment each.
  /// - Throws: A `Problem` of kind `usage` when the label holds no letter or digit, or when only the
  ///   tool itself can add one.
  public func newFiles(
    for label: String,
    at instant: Int,
    isBackfill: Bool = false
  ) throws(Problem) -> [NewFile] {
    let file = try nextFileName(for: label, at: instant)
    let stem = String(file.dropLast(4))
    if isBackfill { return [try backfillFile(stem, label)] }
    let up = "-- \(label)\n\n"
    let down = "-- Takes back: \(label)\n\n"
    switch layout {
    case .drydock, .flyway:
      return [
        NewFile(path: file, text: up), NewFile(path: "\(stem).undo.sql", text: down),
        NewFile(
          path: "\(stem).verify.sql",
          text: "-- Must hold afterwards; raise an error where it does not.\n\n"
        ),
      ]
    case .golangMigrate:
      return [
        NewFile(path: "\(stem).up.sql", text: up), NewFile(path: "\(stem).down.sql", text: down),
      ]
    case .diesel:
      return [
        NewFile(path: "\(stem)/up.sql", text: up), NewFile(path: "\(stem)/down.sql", text: down),
      ]
    case .dbmate:
      return [NewFile(path: file, text: "-- migrate:up\n\(up)-- migrate:down\n\(down)")]
    case .goose:
      return [NewFile(path: file, text: "-- +goose Up\n\(up)-- +goose Down\n\(down)")]
    case .sqitch:
      throw Problem(
        .usage,
        code: "patch.new-in-plan",
        "a change of a plan has an author and a time, which sqitch writes",
        hint: "Use: sqitch add \(stem.drop { $0 != "_" }.dropFirst()) -n '\(label)'"
      )
    }
  }

  private func backfillFile(_ stem: String, _ label: String) throws(Problem) -> NewFile {
    guard layout == .drydock || layout == .flyway else {
      throw Problem(
        .usage,
        code: "patch.no-backfills",
        "a history of \(layout.rawValue) has no place for a backfill",
        hint: "Backfills stand among drydock's own patches: see docs/backfills.md."
      )
    }
    return NewFile(
      path: "\(stem).backfill.sql",
      text: """
        -- \(label)
        -- drydock: backfill TABLE by KEY
        -- drydock: left COLUMN IS NULL

        UPDATE TABLE SET COLUMN = ... WHERE :batch;

        """
    )
  }
}
