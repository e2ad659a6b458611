internal import Files
internal import FoundationEssentials
internal import ObjectStore
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

extension Examination {
  /// A repository that opens, and its snapshots, the oldest first.
  struct Opened: Sendable {
    let repository: Repository
    let snapshots: [SnapshotContent]
  }

  /// Whether the repository opens, takes objects, and is looked after.
  func repository() async -> (opened: Opened?, findings: [Finding]) {
    var findings = keyPlace()
    do {
      let repository = try await context.openRepository()
      let listing = try await context.listing(of: repository)
      let snapshots = listing.opened
      let count = Quantity.count(snapshots.count, "snapshot", "snapshots")
      findings.append(Finding(.good, "repository", "\(repository.store.location), \(count)"))
      findings += listing.damaged.map { Finding("snapshot \($0.name)", $0.problem) }
      if let hidden = listing.hiddenNotice { findings.append(Finding(.good, "key", hidden)) }
      findings += await store(repository)
      findings += await keys(repository)
      findings += try await leases(repository)
      findings += try await marked(in: repository)
      findings += try await freshness(snapshots, repository)
      findings += await receipts(repository)
      return (Opened(repository: repository, snapshots: snapshots), findings)
    } catch let problem as Problem {
      return (nil, findings + [Finding("repository", problem)])
    } catch {
      return (nil, findings + [Finding(.bad, "repository", "\(error)")])
    }
  }

  /// What the store does, who could remove from it, and whether it takes an object now.
  private func store(_ repository: Repository) async -> [Finding] {
    var findings = await looking("store") {
      let known = try StoreFindings.latest(in: repository.store)
      return known.map(Self.findings) ?? []
    }
    do {
      findings += try await Self.removal(from: repository)
    } catch {
      findings.append(Finding("append-only", Problem(ending: error)))
    }
    return findings + (await looking("store") { try Self.writing(into: repository) })
  }

  /// What the probe at `init` found.
  private static func findings(of known: StoreFindings) -> [Finding] {
    let shortcomings = known.shortcomings.map {
      Finding(.warning, "store", $0.text, advice: $0.advice)
    }
    return [Finding(.good, "store", "when probed: \(known.summary)")] + shortcomings
  }

  /// Writes a file beside the objects and removes it, where nothing is to stay.
  ///
  /// A bucket may keep every version of what is written, so that is left to `init`.
  private static func writing(into repository: Repository) throws -> [Finding] {
    guard !repository.isAppendOnly, let store = repository.store as? LocalStore else { return [] }
    var findings: [Finding] = []
    // A name that begins with a dot is no object.
    let path = "\(store.location)/.\(UUID().uuidString).doctor"
    do {
      try AtomicFile.write([], to: path, durability: .fast)
      try Directory.removeFile(path)
      findings.append(Finding(.good, "store", "takes a file"))
    } catch let problem as Problem {
      findings.append(
        Finding(
          .bad,
          "store",
          "takes no file: \(problem.reason ?? problem.summary)",
          advice: "Give this user the right to write there: backup, migrate and rehearse need it."
        )
      )
    }
    return findings
  }

  /// Writers that are at work, and those that left without a word.
  private func leases(_ repository: Repository) async throws -> [Finding] {
    let leases = try await Lane("drydock.doctor").run { try repository.leaseSummary() }
    let now =
      leases.writers.isEmpty
      ? "nobody writes now" : "writing: \(leases.writers.joined(separator: ", "))"
    guard leases.expired > 0 else { return [Finding(.good, "leases", now)] }
    return [
      Finding(
        .warning,
        "leases",
        "\(Quantity.count(leases.expired, "writer", "writers")) left without a word; \(now)",
        advice: "A backup was killed: look why. drydock collect removes what it left behind."
      )
    ]
  }

  /// What collection has marked, and whether nobody comes to delete it.
  private func marked(in repository: Repository) async throws -> [Finding] {
    let (packs, since) = try await Lane("drydock.doctor").run { try repository.markedPacks() }
    guard let since, packs > 0 else { return [] }
    let age = max(0, context.world.now().timeIntervalSince1970 - since)
    let isOld = age > 7 * 86_400
    return [
      Finding(
        isOld ? .warning : .good,
        "collection",
        "\(Quantity.count(packs, "pack is", "packs are")) marked for deletion, the first since "
          + Quantity.duration(.seconds(age)),
        advice: isOld ? "Does the nightly drydock collect still run?" : nil
      )
    ]
  }
}
