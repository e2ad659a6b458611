internal import Cluster
internal import Postgres
internal import Processes
internal import Restoration
internal import Snapshot

/// Holds the schema of a restored copy against what plain SQL makes of the snapshot's definition.
///
/// Both are dumped by `pg_dump`, which knows every kind of object, and which also says of each
/// constraint whether it is validated. An index that is not valid is in no dump, so it is missing.
struct SchemaTrial: Sendable {
  let content: SnapshotContent
  let options: RestoreOptions

  /// The findings of a report at most; one cause tends to show in many objects.
  private static let limit = 20

  /// Compares; an empty list where both are the same.
  func run(on scratch: ScratchDatabase) throws -> [VerificationRun.Finding] {
    let reference = try ReferenceCopy(of: content, options: options).make(on: scratch)
    let programs = try ClientPrograms.find(
      atLeast: content.manifest.server.major,
      directory: options.binaryDirectory
    )
    let wanted = try definition(of: reference, programs)
    let found = try definition(of: scratch.administration, programs)
    let difference = wanted.difference(to: found)
    let findings = difference.prefix(Self.limit).map { object, lines in
      VerificationRun.Finding(
        subject: object,
        text: "differs from what plain SQL makes: \(lines.prefix(6).joined(separator: "; "))"
      )
    }
    guard difference.count > Self.limit else { return findings }
    let more = difference.count - Self.limit
    return findings + [.init(subject: "the definition", text: "\(more) objects more differ")]
  }

  private func definition(
    of settings: ConnectionSettings,
    _ programs: ClientPrograms
  ) throws -> DefinitionText {
    DefinitionText(try programs.schema(of: settings))
  }
}
