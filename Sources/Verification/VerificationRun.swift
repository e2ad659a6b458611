internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Repository
public import Restoration
public import Snapshot

/// Proves a snapshot up to a level, and records the proof or that it failed.
public struct VerificationRun: Sendable {
  /// What came of it.
  public struct Result: Sendable {
    /// The level that was reached.
    public var level: Proof.Level
    /// What is wrong, in the user's terms; empty when nothing is.
    public var findings: [Finding]
    /// The proof that was recorded; nil when something is wrong.
    public var proof: Proof?
    /// Why it could not be recorded that something is wrong; nil where it was.
    public var unrecorded: String?
  }

  /// One thing that is wrong.
  public struct Finding: Sendable, Equatable {
    /// The object: a table, the definition, a pack.
    public var subject: String
    /// What is wrong with it.
    public var text: String
  }

  /// How a verification goes.
  public struct Options: Sendable {
    /// How much to prove.
    public var level: Proof.Level
    /// The share of the rows to read at level 2, in percent; nil for all.
    public var sample: Int?
    /// Connections at level 3.
    public var jobs: Int
    /// PostgreSQL's programs, where they should not be searched for.
    public var binaryDirectory: String?

    /// Makes options.
    public init(
      level: Proof.Level,
      sample: Int? = nil,
      jobs: Int = 2,
      binaryDirectory: String? = nil
    ) {
      self.level = level
      self.sample = sample
      self.jobs = jobs
      self.binaryDirectory = binaryDirectory
    }
  }

  let content: SnapshotContent
  let options: Options
  let tool: String
  let report: @Sendable (RestoreProgress) -> Void

  /// Prepares a verification.
  ///
  /// - Parameters:
  ///   - content: the snapshot.
  ///   - options: how much to prove, and how.
  ///   - tool: the version of the program, for the proof.
  ///   - progress: told what is done now.
  public init(
    of content: SnapshotContent,
    options: Options,
    tool: String,
    progress: @escaping @Sendable (RestoreProgress) -> Void = { _ in }
  ) {
    self.content = content
    self.options = options
    self.tool = tool
    report = progress
  }

  /// Verifies level by level and stops at the first that fails.
  ///
  /// - Returns: The proof, or what is wrong; both are kept in the repository.
  /// - Throws: A `Problem` of kind `damaged` where damage keeps it from going on, which is kept too;
  ///   what the store and the scratch server throw, which says nothing of the snapshot.
  public func run() async throws -> Result {
    do {
      var result = try await climb()
      if !result.findings.isEmpty {
        result.unrecorded = recordFailure(at: result.level, result.findings)
      }
      return result
    } catch var problem as Problem where problem.kind == .damaged {
      let finding = Finding(subject: "snapshot \(content.name)", damage: problem)
      if let reason = recordFailure(at: options.level, [finding]) {
        problem.facts.append(.init("not recorded, so health cannot tell of it", reason))
      }
      throw problem
    }
  }

  private func climb() async throws -> Result {
    let started = ContinuousClock.now
    var trial: TrialResult?
    for step in steps {
      report(RestoreProgress(phase: "level \(step.rawValue)"))
      var findings: [Finding] = []
      switch step {
      case .presence: findings = try await onLane { try ContentCheck($0).presence() }
      case .packs: findings = try await hashPacks()
      case .content: findings = try await readContent()
      case .restore:
        trial = try await restore()
        findings = trial?.findings ?? []
      }
      guard findings.isEmpty else { return Result(level: step, findings: findings, proof: nil) }
    }
    let proof = Proof(
      snapshot: content.name.text,
      level: options.level,
      proven: Int(Date().timeIntervalSince1970),
      seconds: started.secondsAgo,
      restoreSeconds: trial?.restoreSeconds,
      sample: options.sample,
      answers: options.level == .restore ? try AnswerTrial(content: content).count : nil,
      relations: trial?.relations,
      tool: tool
    )
    try record(proof)
    return Result(level: options.level, findings: [], proof: proof)
  }

  private func record(_ proof: Proof) throws {
    try put(proof.level, proof.sample == nil ? .whole : .sample, try proof.encoded())
  }

  /// Keeps that a level failed; returns why it could not be kept.
  private func recordFailure(at level: Proof.Level, _ findings: [Finding]) -> String? {
    // Level 1 hashes everybody's packs: what it finds need not be this snapshot's.
    guard level != .packs else { return nil }
    let first = findings.first.map { "\($0.subject): \($0.text)" }
    let failure = ProofFailure(
      snapshot: content.name.text,
      level: level,
      failed: Int(Date().timeIntervalSince1970),
      findings: findings.count,
      reason: first ?? "",
      tool: tool
    )
    do {
      try put(level, .failure, try failure.encoded())
      return nil
    } catch let problem as Problem {
      return problem.summary + (problem.reason.map { ": \($0)" } ?? "")
    } catch {
      return "\(error)"
    }
  }

  private func put(_ level: Proof.Level, _ mark: ProofID.Mark, _ bytes: [UInt8]) throws {
    let milliseconds = Int(Date().timeIntervalSince1970 * 1000)
    let id = ProofID(of: content.name.text, level, mark, milliseconds: milliseconds)
    try content.repository.putRecord(kind: .proof, id: id.text, bytes)
  }

  /// Level 2, which before level 3 looks only at what no restore reads.
  ///
  /// A restore reads every row of a snapshot anyway, and adds it up.
  private func readContent() async throws -> [Finding] {
    guard options.level < .restore else {
      return try await onLane { try ContentCheck($0).definition() }
    }
    let sample = options.sample
    return try await onLane { [report] in try ContentCheck($0).content(sample: sample, report) }
  }

  /// Level 3; where the restore fails over damage, level 2 says all that is damaged.
  private func restore() async throws -> TrialResult {
    if content.manifest.dump != nil {
      let trial = DumpTrial(
        content: content,
        jobs: options.jobs,
        binaryDirectory: options.binaryDirectory
      )
      return try await trial.run(report)
    }
    let trial = RestoreTrial(
      content: content,
      jobs: options.jobs,
      binaryDirectory: options.binaryDirectory
    )
    let result = try await trial.run(report)
    guard !result.findings.isEmpty, result.restoreSeconds == nil else { return result }
    let all = try await onLane { try ContentCheck($0).content(sample: nil) }
    return TrialResult(findings: all.isEmpty ? result.findings : all)
  }

  private func onLane(
    _ body: @escaping @Sendable (SnapshotContent) throws -> [Finding]
  ) async throws -> [Finding] {
    let content = content
    return try await Lane("drydock.verify").run { try body(content) }
  }

  /// The levels to climb.
  ///
  /// Level 1 reads every pack of the repository, whatever snapshot it belongs to, so it is left out
  /// below a higher one: that opens every chunk of this snapshot, which proves its bytes.
  private var steps: [Proof.Level] {
    Proof.Level.allCases.filter { step in
      step < options.level && step != .packs || step == options.level
    }
  }

  private func hashPacks() async throws -> [Finding] {
    let store = content.repository.store
    return try await Lane("drydock.verify").run {
      try Repository.checkPackNames(in: store).map {
        Finding(subject: $0.object, text: $0.reason)
      }
    }
  }
}

extension VerificationRun.Finding {
  /// Damage as a finding.
  init(subject: String, damage: Problem) {
    let reason = damage.reason.map { ": \($0)" } ?? ""
    self.init(subject: subject, text: damage.summary + reason)
  }
}
