internal import Cryptography
internal import ObjectStore
internal import Postgres
internal import Problems
internal import Repository

extension Context {
  /// The store at the configured address.
  func store() throws -> any ObjectStore {
    try store(at: try repositoryAddress())
  }

  /// The store at an address.
  func store(at address: String) throws -> any ObjectStore {
    if address.hasPrefix(S3Location.scheme) { return try bucket(address) }
    guard !address.contains("://") || address.hasPrefix("file://") else {
      throw Problem(
        .usage,
        code: "usage.repository-scheme",
        "The repository address \(address) is not known",
        reason: "repositories are kept in directories and in buckets",
        hint: "Give a path, such as /var/backups/drydock, or s3://bucket/prefix."
      )
    }
    let path = address.hasPrefix("file://") ? String(address.dropFirst(7)) : address
    return LocalStore(absolute(path: path))
  }

  /// The repository, opened with the configured key; asked for only where one is needed.
  ///
  /// Members of a fleet share what they name in the same way.
  func openRepository() async throws -> Repository {
    let repository =
      if let place {
        try await place.repositories.repository(for: configuration) { try await openOwn() }
      } else {
        try await openOwn()
      }
    if let notice = repository.keyNotice { warn(notice.summary + ". " + (notice.hint ?? "")) }
    return repository
  }

  private func openOwn() async throws -> Repository {
    let store = try store()
    let cacheDirectory = cacheDirectory
    return try await withCredential { credential in
      try Repository.open(store, with: credential, cacheDirectory: cacheDirectory)
    }
  }

  /// The repository in a store.
  func open(_ store: any ObjectStore, _ passphrase: Secret?) async throws -> Repository {
    let cacheDirectory = cacheDirectory
    return try await Lane("drydock.repository").run {
      try Repository.open(store, passphrase: passphrase, cacheDirectory: cacheDirectory)
    }
  }

  /// Calls a body with what opens the repository.
  ///
  /// Where nothing is configured, the body is first called with nothing, and a passphrase is asked
  /// for only when it throws that one is needed.
  func withCredential<Result: Sendable>(
    _ body: @escaping @Sendable (Credential) throws -> Result
  ) async throws -> Result {
    let lane = Lane("drydock.repository")
    if let credential = try credential() { return try await lane.run { try body(credential) } }
    do {
      return try await lane.run { try body(.none) }
    } catch let problem as Problem where problem.code == "repository.needs-passphrase" {
      detail("the repository is encrypted")
    }
    let asked = Credential.passphrase(try passphrase().secret)
    return try await lane.run { try body(asked) }
  }

  /// What is configured to open the repository; nil when nothing is.
  func credential() throws -> Credential? {
    if let path = configuration.keyFile { return .keyFile(try Self.keyFile(path)) }
    return configuration.passphrase == nil ? nil : .passphrase(try passphrase().secret)
  }

  /// A key file that only its owner may read.
  static func keyFile(_ path: String) throws -> KeyFile {
    try KeyFile(decoding: try SecretFile.contents(of: path, what: "key"), from: path)
  }

  /// Where this machine may keep what it knows of repositories, by the XDG Base Directory
  /// Specification; nil for a user without a home, whose work then stays in memory.
  var cacheDirectory: String? {
    let environment = world.environment
    let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.cache" : nil }
    let user = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    return (user ?? home).map { $0 + "/drydock" }
  }
}

extension Passphrase {
  /// The words where the memory is wiped afterwards.
  var secret: Secret { Secret(bytes.span) }
}
