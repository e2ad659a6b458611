internal import Arguments
internal import Bytes
internal import Files
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Terminal

/// What a person answered to `init`.
struct SetupAnswers: Sendable, Equatable {
  var example: ConfigurationExample
  /// Where the configuration goes.
  var file: String
  var values: ConfigurationExample.Answers
}

/// The few questions of `init` on a terminal; nothing is written while they are asked.
struct SetupQuestions {
  let context: Context
  let isEncrypted: Bool

  /// Asks everything, each with an answer that Enter takes.
  ///
  /// - Returns: The answers.
  /// - Throws: `init.configured` where a file is there already, `init.no-answer` at the end of input.
  func ask() async throws -> SetupAnswers {
    let file = try configurationFile()
    say("A few questions; Enter takes what stands in brackets. Nothing is written before the last.")
    let example = try choose()
    var values = example.placeholders
    values.repository = try askRepository(example)
    values.database = try await askDatabase()
    values.passphraseFile = isEncrypted ? try askPassphraseFile(beside: file) : nil
    return SetupAnswers(example: example, file: file, values: values)
  }

  /// Where Drydock looks by itself: root sets up the machine, anybody else their own account.
  private func configurationFile() throws -> String {
    let environment = context.world.environment
    let home = environment["HOME"].map { $0 + "/.config" }
    let own = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home
    let directory = isRoot ? context.world.systemDirectory : own.map { $0 + "/drydock" }
    let file = "\(directory ?? context.world.directory)/\(ConfigurationSearch.fileName)"
    guard FileFacts(path: file) == nil else {
      throw Problem(
        .usage,
        code: "init.configured",
        "\(file) names no repository",
        reason: "init writes a configuration, but never over one",
        hint: "Write 'repository:' into it, or give --repository; --example shows a whole file."
      )
    }
    return file
  }

  private var isRoot: Bool { ProcessSurroundings.user == 0 }

  private func choose() throws -> ConfigurationExample {
    let usual = isRoot ? ConfigurationExample.server : .laptop
    say("")
    for example in ConfigurationExample.allCases {
      let name = example.rawValue
      say("  \(name)\(String(repeating: " ", count: 8 - name.count))\(example.meaning)")
    }
    while true {
      let answer = try ask("What is this?", preset: usual.rawValue)
      if let example = ConfigurationExample(argument: answer) { return example }
      let all = ConfigurationExample.allCases.map(\.rawValue).joined(separator: ", ")
      say("  One of \(all).")
    }
  }

  private func askRepository(_ example: ConfigurationExample) throws -> String {
    while true {
      let answer = try ask(
        "Where shall snapshots go (a directory, or s3://bucket/prefix)?",
        preset: preset(example)
      )
      let place = absolute(answer)
      do {
        _ = try context.store(at: place)
        return place
      } catch let problem as Problem {
        say("  \(problem.summary). \(problem.hint ?? "")")
      }
    }
  }

  /// Below the home directory of whoever may not write elsewhere.
  private func preset(_ example: ConfigurationExample) -> String {
    let usual = example.placeholders.repository
    guard usual.hasPrefix("/"), !isRoot || example == .laptop,
      let home = context.world.environment["HOME"]
    else { return usual }
    return "\(home)/backups/drydock"
  }

  /// Asks until a connection works, or until the person keeps one that does not.
  private func askDatabase() async throws -> String {
    let known = context.configuration.database.map(\.argument) ?? ""
    var preset = known.isEmpty ? "postgres" : known
    while true {
      let answer = try ask(
        "Which database (a name, a URL, service=NAME; no password)?",
        preset: preset
      )
      do {
        let settings = try ConnectionSettings.given(answer, .file)
        say("  \(try await Self.reach(settings))")
        return answer
      } catch let problem as Problem {
        say("  \(problem.summary)\(problem.reason.map { ": \($0)" } ?? "")")
        if let hint = problem.hint { say("  \(hint)") }
        let isRefused = ["usage.password-in-file", "usage.no-database"].contains(problem.code)
        guard !isRefused else { continue }
        let keep = try ask("Keep it all the same (yes, no)?", preset: "no")
        if keep == "yes" { return answer }
        preset = answer
      }
    }
  }

  private static func reach(_ settings: ConnectionSettings) async throws -> String {
    try await Lane("drydock.init").run {
      do {
        let connection = try Connection.open(settings)
        return "PostgreSQL \(connection.serverMajor) answers."
      } catch let error as PostgresError {
        throw error.problem("cannot connect to \(settings)")
      }
    }
  }

  private func askPassphraseFile(beside file: String) throws -> String {
    let preset = "\(Directory.parent(of: file))/passphrase"
    let answer = absolute(
      try ask(
        "The file of the passphrase (a random one is written where there is none)?",
        preset: preset
      )
    )
    return answer
  }

  private func absolute(_ path: String) -> String {
    if path.hasPrefix("~/"), !path.contains("://"), let home = context.world.environment["HOME"] {
      return home + path.dropFirst()
    }
    return context.absolute(path)
  }

  private func ask(_ question: String, preset: String) throws -> String {
    guard let line = try context.world.ask("\(question) [\(preset)] ") else {
      throw Problem(
        .refused,
        code: "init.no-answer",
        "Stopped, nothing was written",
        reason: "no answer came"
      )
    }
    let answer = line.trimmed
    return answer.isEmpty ? preset : answer
  }

  private func say(_ text: String) { context.world.say(text + "\n") }
}
