/// What the ledger calls a patch: its version, or `schema/version` where it ran for a tenant.
///
/// A version and the name of a file have no slash, so the last one is where the schema ends.
struct LedgerKey {
  /// The schema of the tenant; nil for a patch of the database.
  let owner: String?
  /// The version as its file wrote it.
  let version: String

  init(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    owner = parts.count > 1 ? parts.dropLast().joined(separator: "/") : nil
    version = parts.last.map(String.init) ?? ""
  }

  /// Whether the patch runs again when its text changes.
  var isRepeatable: Bool { version.hasPrefix("R__") }

  /// Whether a schema that goes to another time takes the patch along: those of other tenants stay.
  func concerns(_ schema: String) -> Bool { owner == nil || owner == schema }
}
