internal import Problems
internal import Reports

/// Asks a person to type a name before something that cannot be taken back lightly.
public enum Confirmation {
  /// Returns when the person typed `name` exactly; throws a refusal otherwise.
  ///
  /// Typing "yes" becomes a habit; typing the name of the database makes one look at it.
  /// Without a terminal nobody can be asked, and the hint says what to give instead.
  /// `action` says what is about to happen, `alternative` what to do where nobody can be asked.
  public static func require(
    typing name: String,
    before action: String,
    alternative: String,
    in context: Context
  ) throws {
    context.progress.clear()
    guard context.world.isInteractive, !context.isJSON else {
      throw Problem(
        .refused,
        code: "confirmation.nobody-to-ask",
        "Nobody confirmed: \(action)",
        reason: "this is not a terminal",
        hint: alternative
      )
    }
    context.world.errors.line(Printable.lines(action))
    let answer = try context.world.ask("Type \(Printable.line(name)) to go on: ")
    guard answer == name else {
      throw Problem(
        .refused,
        code: "confirmation.declined",
        "Stopped, nothing was changed",
        reason: answer == nil ? "no answer came" : "what was typed is not \(name)"
      )
    }
  }
}
