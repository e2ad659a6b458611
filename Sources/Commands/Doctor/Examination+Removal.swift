internal import ObjectStore
internal import Postgres
internal import Repository

extension Examination {
  /// Who could remove snapshots from a repository that is to lose none.
  ///
  /// The setting binds this program. What binds the user who runs it, or whoever has taken that
  /// user over, is what the file system or the server says, so that is tried.
  static func removal(from repository: Repository) async throws -> [Finding] {
    guard repository.isAppendOnly else { return [] }
    let promise = Finding(.good, "append-only", "drydock removes nothing from this repository")
    guard let store = repository.store as? LocalStore else { return [promise] }
    let allowsRemoval = try await Lane("drydock.doctor").run { try store.allowsRemoval() }
    guard allowsRemoval else {
      return [promise, Finding(.good, "append-only", "nor can this user remove a file there")]
    }
    return [
      promise,
      Finding(
        .warning,
        "append-only",
        "this user can remove files there, whatever drydock does",
        advice: "Mark the directories with `chattr +a`, or let a server keep them on which this "
          + "user has no right to delete."
      ),
    ]
  }
}
