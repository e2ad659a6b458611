public import Arguments
internal import Problems

/// The option that gives values to the variables of patches.
public struct VariableOptions: ArgumentGroup, Equatable {
  /// The settings as they were given: `name=value`.
  public var settings: [String] = []

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--set",
      \.settings,
      value: "NAME=VALUE",
      "A variable of the patches (:name); no secret, for it ends in their text."
    )
  }

  /// The values by name.
  func values() throws -> [String: String] {
    var values: [String: String] = [:]
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts.first.map(String.init) ?? ""
      let isName = !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
      guard isName, parts.count == 2, values[name] == nil else {
        throw Problem(
          .usage,
          code: "usage.variable",
          values[name] == nil
            ? "--set needs a name and a value" : "--set gives two values to \(name)",
          hint: "Write --set tenant=acme; the patches use it as :tenant, :'tenant' or :\"tenant\"."
        )
      }
      values[name] = String(parts[1])
    }
    return values
  }
}
