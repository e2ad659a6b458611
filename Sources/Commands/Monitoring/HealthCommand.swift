public import Arguments
internal import Files
internal import FoundationEssentials
internal import Monitoring
internal import Problems
internal import Reports
internal import Repository

/// Says whether every database is backed up and proven, for people and monitoring systems.
public struct HealthCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "health"
  /// One sentence.
  public static let summary = "Say whether backups and proofs are fresh, for monitoring."
  /// What a person must know before.
  public static let discussion = """
    Looks at the repository alone, so it works where the database is down. Every database that was \
    ever backed up here, the configured one, those of the fleet's profiles, and those under \
    'health: databases' need a snapshot that is younger than --max-age, and a proof that is younger \
    than --proof-max-age.

    Ends with 0 when nothing is critical, warnings are printed; with 1 when something is critical, \
    with 4 when a snapshot is damaged. With --nagios it ends with 0 ok, 1 warning, 2 critical or \
    3 unknown. docs/health.md has definitions for Nagios, Icinga and Prometheus.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock health", "Show how every database stands."),
    Example("drydock health --nagios --max-age 26h", "Check as a plugin of Nagios or Icinga."),
    Example(
      "drydock health --quiet --prometheus /var/lib/prometheus/node-exporter/drydock.prom",
      "Write metrics for the node exporter; say nothing while all is well."
    ),
    Example("drydock health --of shop --nagios", "Check one database."),
  ]

  // What is wrong with the configuration must be told in the monitoring system's way too.
  /// No: it reads the configuration itself.
  public static let readsConfiguration = false

  /// The options of every command.
  public var shared = SharedOptions()
  /// How old the newest snapshot may be.
  public var maxAge: Duration?
  /// How old the last proof may be.
  public var proofMaxAge: Duration?
  /// The only database to look at.
  public var database: String?
  /// Whether it speaks and ends as a plugin of Nagios.
  public var isNagios = false
  /// Where metrics are written.
  public var prometheus: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option("--max-age", \.maxAge, value: "AGE", "How old the newest snapshot may be (default 26h).")
    option(
      "--proof-max-age",
      \.proofMaxAge,
      value: "AGE",
      "How old the last proof may be (default 8d)."
    )
    option("--of", \.database, value: "NAME", "Look at this database alone.")
    flag("--nagios", \.isNagios, "Print and end as a plugin of Nagios or Icinga.")
    option(
      "--prometheus",
      \.prometheus,
      value: "FILE",
      "Write metrics for the node exporter's textfile collector.",
      completion: .file
    )
    group(\.shared)
  }

  /// Looks; what could not be found out is never success.
  public func run(in context: Context) async throws -> ExitStatus {
    do {
      let configuration = try Configuration.load(shared, in: context.world)
      let context = Context(context.world, configuration, shared)
      let health = try await look(in: context)
      try write(health.metrics(budget: context.budget), in: context)
      return show(health, in: context)
    } catch {
      let problem = Problem(ending: error)
      try? write(Health.downMetrics(at: context.world.now()), in: context)
      guard isNagios, problem.kind != .interrupted else { throw problem }
      return show(Self.plugin(problem), in: context)
    }
  }

  private func look(in context: Context) async throws -> Health {
    var policy = try context.healthPolicy(shared)
    if let maxAge {
      policy.maxAge = maxAge.inSeconds
      policy.warnAge = policy.warnAge.map { min($0, policy.maxAge) }
    }
    if let proofMaxAge { policy.proofMaxAge = proofMaxAge.inSeconds }
    let repository = try await context.openRepository()
    var facts = try await context.facts(of: repository)
    let all = facts.databases.flatMap(\.snapshots)
    if let database {
      facts.databases = facts.databases.filter { $0.isCalled(database) }
      policy.expected = [database]
    }
    var storage: StorageFacts?
    var failure: JudgedFinding?
    do {
      storage = try await context.storage(of: repository, all)
    } catch let problem as Problem {
      // What is known of the snapshots must be told all the same.
      failure = JudgedFinding(.unknown, .sizeUnknown(problem.summary))
    }
    var health = Health(
      of: facts,
      policy: policy,
      storage: storage,
      budget: context.budget,
      now: context.world.now()
    )
    if let failure { health.findings.append(failure) }
    return health
  }

  private func write(_ families: [MetricFamily], in context: Context) throws {
    guard let prometheus else { return }
    let path = context.absolute(path: prometheus)
    let text = MetricFamily.exposition(families)
    try AtomicFile.write(Array(text.utf8), to: path, durability: .fast, mode: 0o644)
  }

  private func show(_ health: Health, in context: Context) -> ExitStatus {
    if isNagios { return show(health.plugin, in: context) }
    // A timer's mail is read only while it does not come every night.
    if !context.isQuiet || context.isJSON || health.state != .good { context.show(health.report) }
    return health.exitStatus
  }

  private func show(_ output: PluginOutput, in context: Context) -> ExitStatus {
    context.progress.clear()
    context.world.output.write(output.text)
    return ExitStatus(output.status)
  }

  /// A repository that cannot be looked at is unknown; one that is damaged is critical.
  private static func plugin(_ problem: Problem) -> PluginOutput {
    PluginOutput(
      service: "DRYDOCK",
      status: problem.kind == .damaged ? .critical : .unknown,
      summary: problem.summary + (problem.reason.map { ": \($0)" } ?? ""),
      details: problem.hint.map { [$0] } ?? []
    )
  }
}

extension ExitStatus {
  /// The number that a plugin ends with, whatever it means elsewhere.
  init(_ status: PluginOutput.Status) {
    self =
      switch status {
      case .ok: .done
      case .warning: .failed
      case .critical: .usage
      case .unknown: .refused
      }
  }
}
