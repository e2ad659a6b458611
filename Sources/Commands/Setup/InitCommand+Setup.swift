internal import Cryptography
internal import Files
internal import FoundationEssentials
internal import Problems
internal import Reports
internal import Terminal

extension InitCommand {
  /// Whether a person sits there and nothing names a repository.
  func asks(in context: Context) -> Bool {
    context.world.isInteractive && !context.isJSON && !context.isQuiet
      && context.configuration.repository == nil
  }

  /// Asks, makes the repository, and writes the configuration that names it.
  func setUp(_ context: Context) async throws -> ExitStatus {
    let hasKey = context.configuration.passphrase != nil || context.configuration.keyFile != nil
    let questions = SetupQuestions(context: context, isEncrypted: !isUnencrypted && !hasKey)
    let answers = try await questions.ask()
    var configuration = context.configuration
    configuration.repository = answers.values.repository
    let isNew = try answers.values.passphraseFile.map { try Self.makePassphrase($0) } ?? false
    if let file = answers.values.passphraseFile { configuration.passphrase = .file(file) }
    let configured = Context(context.world, configuration, shared)
    let report = try await create(in: configured)
    try Directory.create(Directory.parent(of: answers.file))
    let text = answers.example.text(answers.values)
    try AtomicFile.write(Array(text.utf8), to: answers.file, collision: .refuse)
    context.show(report)
    context.show(Self.ending(answers, isNew: isNew))
    return .done
  }

  /// Writes a random passphrase for its owner alone; false where the file is there already.
  private static func makePassphrase(_ path: String) throws -> Bool {
    guard FileFacts(path: path) == nil else { return false }
    try Directory.create(Directory.parent(of: path))
    let line = Array((try randomPassphrase() + "\n").utf8)
    try AtomicFile.write(line, to: path, collision: .refuse)
    return true
  }

  /// 125 random bits in groups that a person can write down: no letter is like another.
  static func randomPassphrase() throws -> String {
    let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
    let text = try Randomness.bytes(25).map { String(letters[Int($0 & 31)]) }
    return stride(from: 0, to: text.count, by: 5).map { text[$0..<$0 + 5].joined() }
      .joined(separator: "-")
  }

  private static func ending(_ answers: SetupAnswers, isNew: Bool) -> Report {
    let made = answers.values.passphraseFile.map {
      (isNew ? "a random passphrase in \($0)" : "the passphrase in \($0)")
    }
    var blocks: [Report.Block] = [
      .values(
        [.init("configuration", answers.file)] + (made.map { [.init("key", $0)] } ?? [])
      )
    ]
    if let file = answers.values.passphraseFile {
      blocks.append(
        .paragraph(
          "Copy \(file) to a place that does not burn down with this machine, such as a password "
            + "manager, now.",
          role: .warning
        )
      )
    }
    blocks.append(.paragraph("Next: drydock doctor, then drydock backup"))
    return Report(blocks: blocks, json: ["event": "result"])
  }
}
