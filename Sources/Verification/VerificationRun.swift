internal import Foundation
internal import Postgres
internal import Problems
internal import Repository
public import Snapshot

/// Proves a snapshot up to a level, and records the proof.
public struct VerificationRun: Sendable {
  /// What came of it.
  public struct Result: Sendable {
    /// The level that was reached.
    public var level: Proof.Level
    /// What is wrong, in the user's terms; empty when nothing is.
    public var findings: [Finding]
    /// The proof that was recorded; nil when something is wrong.
    public var proof: Proof?
  }

  /// One thing that is wrong.
  public struct Finding: Sendable, Equatable {
    /// The object: a table, the definition, a pack.
    public var subject: String
    /// What is wrong with it.
    public var text: String
  }

  let content: SnapshotContent
  let level: Proof.Level
  let jobs: Int
  let binaryDirectory: String?
  let tool: String
  let progress: @Sendable (String) -> Void

  /// Prepares a verification.
  ///
  /// - Parameters:
  ///   - content: the snapshot.
  ///   - level: how much to prove.
  ///   - jobs: connections at level 3.
  ///   - binaryDirectory: PostgreSQL's programs, where they should not be searched for.
  ///   - tool: the version of the program, for the proof.
  ///   - progress: told what is done now.
  public init(
    of content: SnapshotContent,
    level: Proof.Level,
    jobs: Int,
    binaryDirectory: String?,
    tool: String,
    progress: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.content = content
    self.level = level
    self.jobs = jobs
    self.binaryDirectory = binaryDirectory
    self.tool = tool
    self.progress = progress
  }

  /// Verifies level by level and stops at the first that fails.
  public func run() async throws -> Result {
    let started = ContinuousClock.now
    var restoreSeconds: Double?
    for step in Proof.Level.allCases where step <= level {
      progress("level \(step.rawValue)")
      var findings: [Finding] = []
      switch step {
      case .presence: findings = try await onLane { try ContentCheck($0).presence() }
      case .packs: findings = try await packs()
      case .content: findings = try await onLane { try ContentCheck($0).content() }
      case .restore:
        let trial = RestoreTrial(content: content, jobs: jobs, binaryDirectory: binaryDirectory)
        (findings, restoreSeconds) = try await trial.run(progress)
      }
      guard findings.isEmpty else { return Result(level: step, findings: findings, proof: nil) }
    }
    let now = Date()
    let proof = Proof(
      snapshot: content.name.text,
      level: level,
      proven: Int(now.timeIntervalSince1970),
      seconds: started.secondsAgo,
      restoreSeconds: restoreSeconds,
      tool: tool
    )
    let id = "\(content.name.text)-\(level.rawValue)-\(Int(now.timeIntervalSince1970 * 1000))"
    try content.repository.putRecord(kind: .proof, id: id, try proof.encoded())
    return Result(level: level, findings: [], proof: proof)
  }

  private func onLane(
    _ body: @escaping @Sendable (SnapshotContent) throws -> [Finding]
  ) async throws -> [Finding] {
    let content = content
    return try await Lane("drydock.verify").run { try body(content) }
  }

  private func packs() async throws -> [Finding] {
    let store = content.repository.store
    return try await Lane("drydock.verify").run {
      try Repository.checkPackNames(in: store).map {
        Finding(subject: $0.object, text: $0.reason)
      }
    }
  }
}
