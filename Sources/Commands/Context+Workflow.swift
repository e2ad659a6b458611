internal import Reports

extension Context {
  /// Shows a report; in GitHub Actions with annotations, and so that nothing in it is a command.
  ///
  /// A runner there takes lines of the output for commands (GitHub documentation, "Workflow
  /// commands"), and names and errors in a report are chosen by whoever wrote the pull request.
  func showToWorkflow(_ report: Report) {
    guard world.isWorkflow, !isJSON else { return show(report) }
    progress.clear()
    world.output.write(WorkflowCommands.inert(report.text(), token: Surroundings.workflowToken))
    world.output.write(WorkflowCommands.annotations(report.issues))
  }
}

extension Surroundings {
  /// Whether GitHub Actions runs the program.
  var isWorkflow: Bool { environment["GITHUB_ACTIONS"] == "true" }

  /// A word that nobody who writes patches can guess (`SystemRandomNumberGenerator` reads getrandom).
  static var workflowToken: String {
    (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
  }

  /// Writes lines to standard error: errors, notes, progress.
  ///
  /// The runner reads that stream too. Its commands begin a line with `::`, blanks left out, or have
  /// `##[` anywhere; only a text that holds one of them is put between marks.
  func say(_ text: String) { errors.write(withoutCommands(text)) }

  /// A text in which a runner finds no command of its own; anywhere else as it is.
  func withoutCommands(_ text: String) -> String {
    let mayCommand = ["::", "##["].contains { text.contains($0) }
    return isWorkflow && mayCommand
      ? WorkflowCommands.inert(text, token: Self.workflowToken) : text
  }
}
