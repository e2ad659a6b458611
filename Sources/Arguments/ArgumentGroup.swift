/// A set of values that a command line can fill: a whole command, or options that commands share.
///
/// The conforming type is an ordinary value. Its properties hold the defaults, and `arguments`
/// says which words of the command line set which property:
///
///     struct Paint: ArgumentGroup {
///       var colour = "white"
///       var isGlossy = false
///       static var arguments: [Argument<Self>] {
///         option("--colour", \.colour, value: "NAME", "The colour to use.")
///         flag("--glossy", \.isGlossy, "Finish with a coat of lacquer.")
///       }
///     }
public protocol ArgumentGroup: Sendable {
  /// Makes the group with every default.
  init()

  /// Which words of a command line set which property.
  @ArgumentBuilder static var arguments: [Argument<Self>] { get }
}

/// Collects the lines of an `arguments` property into one list.
@resultBuilder
public enum ArgumentBuilder {
  /// Takes one declared argument.
  public static func buildExpression<Root>(_ argument: Argument<Root>) -> [Argument<Root>] {
    [argument]
  }

  /// Takes the arguments of a group that was moved under a property.
  public static func buildExpression<Root>(_ arguments: [Argument<Root>]) -> [Argument<Root>] {
    arguments
  }

  /// Joins the lines in their order.
  public static func buildBlock<Root>(_ parts: [Argument<Root>]...) -> [Argument<Root>] {
    parts.flatMap { $0 }
  }
}

extension ArgumentGroup {
  /// All arguments of a group that this one holds under a property.
  public static func group<Inner: ArgumentGroup>(
    _ path: WritableKeyPath<Self, Inner>
  ) -> [Argument<Self>] {
    Inner.arguments.map { $0.moved(to: path) }
  }
}
