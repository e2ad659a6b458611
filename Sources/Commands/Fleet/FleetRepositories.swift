internal import Postgres
internal import Problems
internal import Repository
internal import Synchronization

/// The repositories of a fleet's run: members that name the same one the same way share it.
///
/// So a passphrase is asked for once, the program that prints it runs once, and the slow derivation
/// of the key is paid once; a `Repository` may be used by many threads.
final class FleetRepositories: Sendable {
  private struct Opening {
    let way: Way
    let work: Task<Repository, any Error>
  }

  /// What must be equal for two members to share.
  private struct Way: Equatable {
    let address: String?
    let passphrase: PassphraseSource?
    let keyFile: String?
    let bucket: BucketSettings

    init(_ configuration: Configuration) {
      address = configuration.repository
      passphrase = configuration.passphrase
      keyFile = configuration.keyFile
      bucket = configuration.bucket
    }
  }

  private let openings = Mutex<[Opening]>([])
  private let questions = Mutex(())

  /// Asks a person one question at a time.
  func asking(_ body: () throws -> String?) rethrows -> String? {
    try questions.withLock { _ in try body() }
  }

  /// The repository of a member, opened by the first that comes.
  ///
  /// One that could not be opened is not tried again, unless trying again may help: fifty members
  /// would ask fifty times for a passphrase that is wrong.
  func repository(
    for configuration: Configuration,
    open: @escaping @Sendable () async throws -> Repository
  ) async throws -> Repository {
    let way = Way(configuration)
    let work = openings.withLock { openings in
      if let known = openings.first(where: { $0.way == way }) { return known.work }
      let work = Task { try await open() }
      openings.append(Opening(way: way, work: work))
      return work
    }
    do {
      return try await withTaskCancellationHandler {
        try await work.value
      } onCancel: {
        work.cancel()
      }
    } catch {
      if (error as? Problem)?.isRetryable == true {
        openings.withLock { $0.removeAll { $0.way == way } }
      }
      throw error
    }
  }
}
