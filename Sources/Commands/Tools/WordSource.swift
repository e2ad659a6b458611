internal import Arguments
internal import Migration
internal import ObjectStore
internal import Operations
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Looks for the words that a line may go on with.
///
/// It reads only, asks nobody, and starts no program: a key that a program would print is no key
/// here. Names of snapshots and receipts need none; tags, tables and databases stand in manifests,
/// which are sealed.
struct WordSource: Sendable {
  /// The newest manifests that are read for tags and databases.
  private static let manifests = 25

  let context: Context
  let line: UnfinishedLine
  let offer: WordOffer

  /// Prepares to look where the line, the environment and the files say.
  ///
  /// - Throws: A `Problem` for a configuration that cannot be read.
  init(_ line: UnfinishedLine, in world: Surroundings) throws {
    var silent = world
    silent.isInteractive = false
    var options = SharedOptions()
    let given = { (name: String) in
      line.values[name]?.last.map { Self.path($0, home: world.environment["HOME"]) }
    }
    options.config = given("--config")
    options.profile = line.values["--profile"]?.last
    options.repository = given("--repository")
    options.passphraseFile = given("--passphrase-file")
    options.keyFile = given("--key-file")
    options.isQuiet = true
    var configuration = try Configuration.load(options, in: silent)
    if case .command = configuration.passphrase { configuration.passphrase = nil }
    context = Context(silent, configuration, options)
    offer = WordOffer(to: line.beginning)
    self.line = line
  }

  /// Adds the words of a kind to the offer.
  func look(for kind: WordKind) async throws {
    switch kind {
    case .snapshots: try await snapshots()
    case .tags: try await tags()
    case .tables: try await tables()
    case .schemas:
      for table in try await content()?.manifest.tables ?? [] { offer.add(table.schema) }
    case .databases: try await manifests { offer.add($0.manifest.database.name) }
    case .profiles: try profiles()
    case .versions: try versions()
    case .receipts: try await receipts()
    case .slots: try await slots()
    case .transitions:
      for transition in context.configuration.operations.transitions ?? [] {
        offer.add(transition.name)
      }
    }
  }

  /// A path as the shell would hand it over; what is being typed has not gone through it.
  private static func path(_ text: String, home: String?) -> String {
    guard let home, text.hasPrefix("~/") else { return text }
    return home + text.dropFirst()
  }

  /// The store, unless a program would have to be asked for its credentials.
  private func store() throws -> any ObjectStore {
    guard context.configuration.bucket.credentialsCommand == nil else {
      throw Problem(.usage, code: "completion.asks-nobody", "A program prints the credentials")
    }
    return try context.store()
  }

  private func names() async throws -> [SnapshotName] {
    let store = try store()
    return try await Lane("drydock.words").run { try Repository.snapshots(in: store).reversed() }
  }

  private func snapshots() async throws {
    let parts = line.beginning.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count > 1, !line.beginning.hasPrefix("@") {
      return try await manifests { offer.add("\(parts[0]):\($0.manifest.database.name)") }
    }
    offer.add("latest", "the newest")
    for name in try await names() {
      offer.add(name.shortID, name.readableTime)
      // The whole name only for whoever types a time: it sorts by it.
      if !line.beginning.isEmpty { offer.add(name.text) }
    }
    if line.beginning.isEmpty || offer.words.isEmpty { try await tags() }
  }

  private func tags() async throws {
    try await manifests { content in
      for (key, value) in content.manifest.tags.sorted(by: { $0.key < $1.key }) {
        offer.add("\(key)=\(value)", content.manifest.database.name)
      }
    }
  }

  private func tables() async throws {
    let tables = try await content()?.manifest.tables ?? []
    for table in tables { offer.add(table.label) }
    guard offer.words.isEmpty else { return }
    for table in tables { offer.add(table.name, "in \(table.schema)") }
  }

  /// The newest manifests that the key opens, one after the other.
  private func manifests(_ use: @escaping @Sendable (SnapshotContent) -> Void) async throws {
    let names = try await names().prefix(Self.manifests)
    guard !names.isEmpty else { return }
    let repository = try await context.openRepository()
    try await Lane("drydock.words").run {
      let tags = try TagTable(of: repository)
      for name in names {
        guard let content = try SnapshotLook(at: name, in: repository).content else { continue }
        use(try tags.tagging(content))
      }
    }
  }

  /// The snapshot that the line names, or else the newest of the default database.
  private func content() async throws -> SnapshotContent? {
    let reference = try SnapshotReference(named ?? "latest")
    let series = reference.series ?? context.configuration.database?.keywords["dbname"]
    let names = try await names()
    let repository = try await context.openRepository()
    return try await Lane("drydock.words").run {
      for name in reference.possible(names).prefix(Self.manifests) {
        guard let content = try SnapshotLook(at: name, in: repository).content,
          reference.isPrefix || series == nil || content.manifest.database.name == series,
          try reference.choose(from: [content]) != nil
        else { continue }
        return content
      }
      return nil
    }
  }

  /// How the line names a snapshot, by place or by option.
  private var named: String? {
    let places = zip(line.command.positionals, line.places)
    if let place = places.first(where: { $0.0.completion == .snapshots }) { return place.1 }
    let options = line.command.options.filter { $0.completion == .snapshots }
    return options.lazy.compactMap { line.values[$0.name]?.last }.first
  }

  private func profiles() throws {
    let search = ConfigurationSearch(
      environment: context.world.environment,
      directory: context.world.directory,
      systemDirectory: context.world.systemDirectory
    )
    let variables = try EnvironmentSettings(context.world.environment)
    let named = line.values["--config"]?.last ?? variables.config
    for file in try search.files(named: named) {
      for name in file.profiles.keys.sorted() { offer.add(name) }
    }
  }

  private func versions() throws {
    var options = PatchOptions()
    options.patches = line.values["--patches"]?.last
    for patch in try options.inspect(in: context).patches.reversed() {
      offer.add(patch.version.description, patch.file)
    }
  }

  private func receipts() async throws {
    let store = try store()
    let names = try await Lane("drydock.words").run {
      try Repository.signedRecords(.receipt, in: store).map { ReceiptName($0) }
    }
    for name in names { offer.add(name.id) }
  }

  private func slots() async throws {
    let store = try store()
    let slots = try await context.withCredential { try KeyKeeper(store, $0).list().slots }
    for slot in slots { offer.add(String(slot.id.prefix(8)), slot.label) }
  }
}

extension SnapshotReference {
  /// Whether it is an id or the beginning of one.
  var isPrefix: Bool {
    if case .prefix = choice { true } else { false }
  }

  /// Those that can be meant as far as names tell.
  func possible(_ names: [SnapshotName]) -> [SnapshotName] {
    guard case .prefix(let prefix) = choice else { return names }
    return names.filter { $0.text.hasPrefix(prefix) || $0.shortID.hasPrefix(prefix) }
  }
}

extension SnapshotName {
  /// The time in it, as people write one: `2026-01-31 23:59:59 UTC`.
  var readableTime: String {
    let digits = Array(text)
    func part(_ range: Range<Int>) -> String { String(digits[range]) }
    return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8)) "
      + "\(part(9..<11)):\(part(11..<13)):\(part(13..<15)) UTC"
  }
}
