public import Files
public import FoundationEssentials
internal import Terminal

/// Everything that a command takes from the world around it, so that a test can give it another.
public struct Surroundings: Sendable {
  /// The environment, without the passphrase.
  public var environment: [String: String]
  /// The directory in which the program was called.
  public var directory: String
  /// The directory of the machine's own configuration.
  public var systemDirectory: String
  /// Results.
  public var output: Output
  /// Errors, notes and progress.
  public var errors: Output
  /// Whether a person can be asked.
  public var isInteractive: Bool
  /// Shows a question and reads a line; nil at the end of input.
  ///
  /// Throws `CancellationError` where somebody asks to stop instead.
  public var ask: @Sendable (String) throws -> String?
  /// The same for a line that stays invisible.
  public var askSecret: @Sendable (String) throws -> String?
  /// The time.
  public var now: @Sendable () -> Date
  /// Time that only goes forward, since some moment.
  public var uptime: @Sendable () -> Duration
  /// Whether somebody asked to stop, as with Ctrl-C; for threads that belong to no task.
  public var isStopping: @Sendable () -> Bool = { false }
  /// Waits; throws when the task is cancelled meanwhile.
  public var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  /// Where warnings go besides, when nobody reads the other words of a run that succeeds.
  public var warnings: Output?
  /// How full the disk under a path is; nil where nobody knows.
  public var diskSpace: @Sendable (String) -> DiskSpace? = { DiskSpace(of: $0) }
  /// The passphrase that stood in the environment.
  public var passphrase: Passphrase?
  /// The passphrase of the repository that `copy` writes to, which stood there too.
  public var targetPassphrase: Passphrase?
  /// The program in the environment that prints the passphrase, and its arguments.
  public var passphraseCommand: [String]?

  /// Makes surroundings; what is left out is what a quiet test needs.
  public init(
    environment: [String: String] = [:],
    directory: String,
    systemDirectory: String = "/etc/drydock",
    output: Output = Output(),
    errors: Output = Output(),
    isInteractive: Bool = false,
    ask: @escaping @Sendable (String) throws -> String? = { _ in nil },
    askSecret: @escaping @Sendable (String) throws -> String? = { _ in nil },
    now: @escaping @Sendable () -> Date = { Date() },
    uptime: (@Sendable () -> Duration)? = nil
  ) {
    var rest = environment
    passphrase = rest.removeValue(forKey: Passphrase.variable).map(Passphrase.init(text:))
    targetPassphrase = rest.removeValue(forKey: Passphrase.targetVariable)
      .flatMap { $0.isEmpty ? nil : Passphrase(text: $0) }
    passphraseCommand = rest.removeValue(forKey: Passphrase.commandVariable)
      .flatMap { $0.isEmpty ? nil : $0.split(separator: " ").map(String.init) }
    self.environment = rest
    self.directory = directory
    self.systemDirectory = systemDirectory
    self.output = output
    self.errors = errors
    self.isInteractive = isInteractive
    self.ask = ask
    self.askSecret = askSecret
    self.now = now
    let start = ContinuousClock.now
    self.uptime = uptime ?? { ContinuousClock.now - start }
  }

  /// The real surroundings of the process.
  ///
  /// Takes the passphrase, and the program that prints it, out of the environment for good.
  ///
  /// - Parameter isStopping: Whether somebody asked to stop; may be asked from any thread.
  /// - Returns: The surroundings.
  public static func ofProcess(
    isStopping: @escaping @Sendable () -> Bool = { false }
  ) -> Self {
    let environment = ProcessInfo.processInfo.environment
    ProcessSurroundings.wipeVariable(Passphrase.variable)
    ProcessSurroundings.wipeVariable(Passphrase.targetVariable)
    ProcessSurroundings.wipeVariable(Passphrase.commandVariable)
    let errors = Output(.error, environment: environment)
    let ask: @Sendable (String, Bool) throws -> String? = { question, isVisible in
      let answer = Terminal.ask(isVisible: isVisible, isStopped: isStopping) {
        errors.write(question)
      }
      if case .line(let text) = answer {
        if !isVisible { errors.line("") }
        return text
      }
      // Nothing that was typed has ended the line.
      errors.line("")
      if answer == .stopped { throw CancellationError() }
      return nil
    }
    var world = Self(
      environment: environment,
      directory: FileManager.default.currentDirectoryPath,
      output: Output(.output, environment: environment),
      errors: errors,
      isInteractive: Terminal.isTerminal(.input) && errors.isTerminal,
      ask: { try ask($0, true) },
      askSecret: { try ask($0, false) }
    )
    world.isStopping = isStopping
    return world
  }
}
