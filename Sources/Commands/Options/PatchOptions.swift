public import Arguments
internal import Files
internal import Migration
internal import Problems

/// The option that names the directory of patches.
public struct PatchOptions: ArgumentGroup, Equatable {
  /// The directory as it was given.
  public var patches: String?
  /// The values of the patches' variables.
  public var variables = VariableOptions()

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--patches",
      \.patches,
      value: "DIR",
      "The directory of the patches (default migrations).",
      completion: .directory
    )
    group(\.variables)
  }

  /// The directory's path.
  func path(in context: Context) -> String {
    context.absolute(path: patches ?? context.configuration.patches ?? "migrations")
  }

  /// What the directory has, whatever is wrong with it.
  func inspect(in context: Context) throws -> PatchDirectory {
    try PatchDirectory.inspect(path(in: context), variables: try variables.values()).directory
  }

  /// The patches of the directory.
  func read(in context: Context) throws -> PatchDirectory {
    let path = path(in: context)
    guard Directory.exists(path) else {
      throw Problem(
        .usage,
        code: "usage.no-patches",
        "There is no directory of patches at \(path)",
        hint: "Give --patches DIR, or make it: drydock new 'first patch' --patches DIR"
      )
    }
    return try PatchDirectory.read(path, variables: try variables.values())
  }
}
