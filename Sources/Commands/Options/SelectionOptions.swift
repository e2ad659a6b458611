public import Arguments
internal import Postgres
internal import Problems
internal import Restoration

/// The options that say what of a snapshot is restored, where to, and whose it will be.
public struct SelectionOptions: ArgumentGroup, Equatable {
  /// Tables that are left out of those that were asked for.
  public var excludedTables: [String] = []
  /// The name of the one table that is restored beside the live one.
  public var rename: String?
  /// The database that is created.
  public var newDatabase: String?
  /// Whether only rows are restored.
  public var isDataOnly = false
  /// The role that everything is done as.
  public var role: String?
  /// Which roles stand for which.
  public var mappedRoles: [String] = []
  /// Whether roles are created.
  public var hasRoles = false

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--exclude-table",
      \.excludedTables,
      value: "PATTERN",
      "Not these tables, of those that --table or --data-only take.",
      completion: .tables
    )
    option(
      "--rename",
      \.rename,
      value: "NEW",
      "Restore the one --table beside the live one, under this name; nothing else is locked."
    )
    option(
      "--as",
      \.newDatabase,
      value: "NEWDB",
      "Create this database on the server of --into and restore into it."
    )
    flag("--data-only", \.isDataOnly, "Only rows, into tables that are there and empty.")
    option("--role", \.role, value: "ROLE", "Do everything as this role (SET ROLE).")
    option(
      "--map-role",
      \.mappedRoles,
      value: "OLD=NEW",
      "Owners and rights of OLD go to NEW; may be given several times."
    )
    flag("--with-roles", \.hasRoles, "Create the roles of the snapshot that are missing.")
  }

  /// The options that a guarded operation does not take, as they were typed.
  var given: [String] {
    var given: [String] = []
    if !excludedTables.isEmpty { given.append("--exclude-table") }
    if rename != nil { given.append("--rename") }
    if newDatabase != nil { given.append("--as") }
    if isDataOnly { given.append("--data-only") }
    if role != nil { given.append("--role") }
    if !mappedRoles.isEmpty { given.append("--map-role") }
    if hasRoles { given.append("--with-roles") }
    return given
  }

  /// The target, as the role that was asked for.
  func target(_ settings: ConnectionSettings) -> ConnectionSettings {
    guard let role else { return settings }
    return settings.setting("role", to: role)
  }
}
