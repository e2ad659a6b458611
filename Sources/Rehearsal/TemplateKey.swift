internal import Bytes
internal import Cluster
internal import Cryptography
internal import Restoration
internal import Repository
internal import Snapshot

/// What a filled scratch server depends on: where anything differs, it is filled anew.
struct TemplateKey: Sendable, Equatable {
  /// SHA-256 of all of it, in hexadecimal.
  let text: String

  init(of content: SnapshotContent, _ options: RehearsalRun.Options) throws {
    let scratch = ScratchDatabase.options(
      like: content,
      binaryDirectory: options.binaryDirectory
    )
    let binaries = try ServerBinaries.find(major: scratch.major, in: scratch.binaries)
    let facts =
      [
        // Another drydock may fill otherwise.
        options.tool,
        content.repository.id, content.name.text, options.migrator, "\(options.rows)",
        binaries.directory, binaries.version, "\(Isolation.available)",
      ] + scratch.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    // A length before each fact: no two lists run together into the same bytes.
    let bytes = facts.flatMap { Array("\($0.utf8.count):\($0)\n".utf8) }
    text = Hex.text(try SHA256.hash(bytes))
  }
}
