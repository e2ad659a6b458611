internal import Cluster
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// What `doctor` looks at, part by part; a part that fails is a finding, and the next one follows.
///
/// Each part has a file of its own, `Examination+Topic.swift`, and a line in `run`.
struct Examination {
  let context: Context
  let database: ConnectionSettings?

  func run() async -> [Finding] {
    var findings = configuration()
    let (server, found) = await databaseFindings()
    findings += found
    findings += await programs(server?.major)
    findings += scratch()
    findings += await scratchServer()
    let (opened, kept) = await repository()
    findings += kept
    findings += schedule()
    findings += await unfinished(opened?.repository)
    findings += space(server, opened?.snapshots.last)
    return findings
  }

  private func programs(_ server: Int?) async -> [Finding] {
    let directory = context.configuration.binaries
    return await looking("programs") {
      let programs = try ClientPrograms.find(atLeast: server ?? 14, directory: directory)
      let binaries = try ServerBinaries.find(major: server, in: directory)
      return [
        Finding(.good, "pg_dump", "PostgreSQL \(programs.major) in \(programs.directory)"),
        Finding(.good, "scratch server", "PostgreSQL \(binaries.version) in \(binaries.directory)"),
      ]
    }
  }

  private func scratch() -> [Finding] {
    let isolation = Isolation.available
    guard isolation.isComplete else {
      return isolation.shortcomings.map {
        Finding(.warning, "scratch", $0, advice: "gate refuses without --unsafe-scratch")
      }
    }
    return [Finding(.good, "scratch", "own user, no network, empty environment")]
  }

  /// Looks on a lane; what fails is a finding.
  func looking(
    _ subject: String,
    _ body: @escaping @Sendable () throws -> [Finding]
  ) async -> [Finding] {
    do {
      return try await Lane("drydock.doctor").run(body)
    } catch let problem as Problem {
      return [Finding(subject, problem)]
    } catch {
      return [Finding(.bad, subject, "\(error)")]
    }
  }
}
