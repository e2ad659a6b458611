public import Arguments
internal import Migration

/// A tool whose ledger can be taken over: every one but drydock whose layout of files is known.
public struct AdoptedTool: ArgumentValue {
  /// How the tool lays out its files.
  let layout: PatchLayout

  /// The tools' names.
  public static var choices: [String] {
    PatchLayout.allCases.filter(\.isForeign).map(\.rawValue)
  }

  /// The list of accepted words.
  public static var expectation: String { "one of " + choices.joined(separator: ", ") }

  /// Finds the tool of this name.
  public init?(argument: String) {
    guard let layout = PatchLayout(rawValue: argument), layout.isForeign else { return nil }
    self.layout = layout
  }

  /// Its name.
  public var argument: String { layout.rawValue }
}
