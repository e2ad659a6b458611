internal import FoundationEssentials
internal import ObjectStore
internal import Postgres

extension InitCommand {
  /// Finds out what a store behind a network does; nil for a directory, which has no secrets.
  func probe(_ store: any ObjectStore, _ context: Context) async throws -> StoreFindings? {
    guard store.location.contains("://") else { return nil }
    let now = Int64(context.world.now().timeIntervalSince1970)
    context.detail("probing \(store.location)")
    let findings = try await Lane("drydock.probe").run { try StoreProbe.run(store, now: now) }
    for shortcoming in findings.shortcomings {
      context.warn("\(shortcoming.text). \(shortcoming.advice)")
    }
    return findings
  }
}
