internal import Problems
public import Reports

/// What a command works with: what is configured, where its words go, whom it can ask.
public struct Context: Sendable {
  /// The world around the command.
  public let world: Surroundings
  /// What is configured.
  public let configuration: Configuration
  /// Shows how far long work has come.
  public let progress: ProgressReporter
  /// Whether results and errors are JSON.
  public let isJSON: Bool
  /// Whether nothing is said beyond results and errors.
  public let isQuiet: Bool
  /// Whether more is said.
  public let isVerbose: Bool
  /// The place in a fleet's run, which keeps what is said; nil for a command that runs alone.
  let place: FleetPlace?

  /// Makes the context of a command with these options.
  public init(_ world: Surroundings, _ configuration: Configuration, _ options: SharedOptions) {
    self.world = world
    self.configuration = configuration
    isJSON = options.isJSON
    isQuiet = options.isQuiet
    isVerbose = options.isVerbose
    place = nil
    let start = world.uptime()
    let isResult = options.isJSON
    progress = ProgressReporter(
      mode: Self.mode(options, world),
      width: { world.errors.width ?? 80 },
      elapsed: { world.uptime() - start },
      write: { isResult ? world.output.write($0) : world.say($0) }
    )
  }

  /// The path of a file, which does not depend on where the program was called.
  func absolute(path: String) -> String { path.absolute(in: world.directory) }

  /// An address whose path, if it is one, does not depend on where the program was called.
  func absolute(_ address: String) -> String {
    address.contains("://") ? address : absolute(path: address)
  }

  /// Shows a result: text for people, one line of JSON for programs.
  public func show(_ report: Report) {
    if let place { return place.add(report) }
    progress.clear()
    if isJSON {
      world.output.line(report.json.compact)
    } else {
      let text = report.text(width: world.output.width, style: world.output.style)
      world.output.write(world.withoutCommands(text))
    }
  }

  /// Says something in passing, which is no result; `--quiet` and `--json` hold it back.
  public func note(_ text: String) {
    guard !isQuiet, !isJSON, place == nil else { return }
    progress.clear()
    world.say(Printable.lines(text) + "\n")
  }

  /// Says something that only `--verbose` wants to hear.
  public func detail(_ text: String) {
    if isVerbose { note(text) }
  }

  /// Warns of something, on standard error; with `--json` as an event, like an error.
  ///
  /// - Parameters:
  ///   - text: What, as the middle of a sentence.
  ///   - isInResult: Whether the result, where it is JSON, says it too.
  public func warn(_ text: String, isInResult: Bool = false) {
    if let place { return place.add(warning: text) }
    progress.clear()
    let line = Printable.lines("warning: \(text)")
    world.warnings?.line(line)
    guard isJSON else { return world.say(world.errors.style.apply(.warning, line) + "\n") }
    guard !isInResult else { return }
    let event: JSONValue = ["event": "warning", "summary": .string(text)]
    world.errors.line(event.compact)
  }

  /// The passphrase of the repository: from its configured place, or asked for on a terminal.
  public func passphrase() throws -> Passphrase {
    if let source = configuration.passphrase {
      return try source.read(environment: world.environment)
    }
    progress.clear()
    if world.isInteractive, let text = try world.askSecret("Passphrase: "), !text.isEmpty {
      return Passphrase(text: text)
    }
    throw Problem(
      .usage,
      code: "passphrase.missing",
      "No passphrase is given",
      hint: """
        Set DRYDOCK_PASSPHRASE, give --passphrase-file FILE, or write 'passphrase_command:' into \
        the configuration.
        """
    )
  }

  /// The repository's address, which most commands cannot do without.
  public func repositoryAddress() throws -> String {
    if let repository = configuration.repository { return repository }
    throw Problem(
      .usage,
      code: "usage.no-repository",
      "No repository is named",
      hint:
        "Give --repository URL, set DRYDOCK_REPOSITORY, or write 'repository:' into drydock.yaml."
    )
  }

  private static func mode(
    _ options: SharedOptions,
    _ world: Surroundings
  ) -> ProgressReporter.Mode {
    if options.isQuiet { return .silent }
    if options.isJSON { return .events }
    // A dumb terminal cannot go back to the beginning of a line.
    return world.errors.isTerminal && world.environment["TERM"] != "dumb" ? .redrawn : .lines
  }
}
