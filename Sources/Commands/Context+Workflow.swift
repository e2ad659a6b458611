internal import Cryptography
internal import Reports

extension Context {
  /// Shows a report; in GitHub Actions with annotations, and so that nothing in it is a command.
  ///
  /// A runner there takes lines of the output for commands (GitHub documentation, "Workflow
  /// commands"), and names and errors in a report are chosen by whoever wrote the pull request.
  func showToWorkflow(_ report: Report) throws {
    guard world.environment["GITHUB_ACTIONS"] == "true", !isJSON else { return show(report) }
    let token = try Randomness.bytes(16).map { String($0, radix: 36) }.joined()
    progress.clear()
    world.output.write(WorkflowCommands.inert(report.text(), token: token))
    world.output.write(WorkflowCommands.annotations(report.issues))
  }
}
