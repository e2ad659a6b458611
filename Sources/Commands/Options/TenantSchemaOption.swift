public import Arguments

/// The option that names the schema of one tenant.
public struct TenantSchemaOption: ArgumentGroup, Equatable {
  /// The schema whose patches are meant; nil for those of the database.
  public var tenant: String?

  /// Makes the option with its default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--tenant",
      \.tenant,
      value: "SCHEMA",
      "The patches of this schema, where migrate ran them with --schemas."
    )
  }
}
