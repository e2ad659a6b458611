internal import FoundationEssentials
internal import Monitoring
internal import Reports
internal import Verification

extension Health {
  /// The numbers for Prometheus.
  ///
  /// Times are instants, not ages: an age would stand still when nobody writes the file any more.
  func metrics(budget: Budget) -> [MetricFamily] {
    [
      MetricFamily("drydock_up", "Whether the repository could be read.", [.init(1)]),
      Self.checked(at: time),
      MetricFamily(
        "drydock_health_state",
        "How a database stands: 0 ok, 1 warning, 2 critical, 3 unknown.",
        databases.map { .init(Double($0.state.pluginStatus.rawValue), $0.labels) }
      ),
      MetricFamily(
        "drydock_repository_state",
        "How the repository as a whole stands: 0 ok, 1 warning, 2 critical, 3 unknown.",
        [.init(Double((findings.map(\.state).max() ?? .good).pluginStatus.rawValue))]
      ),
    ] + snapshotMetrics + proofMetrics + storageMetrics(budget)
  }

  /// What is written when the repository could not be read.
  static func downMetrics(at time: Date) -> [MetricFamily] {
    [
      MetricFamily("drydock_up", "Whether the repository could be read.", [.init(0)]),
      checked(at: time),
    ]
  }

  private static func checked(at time: Date) -> MetricFamily {
    MetricFamily(
      "drydock_health_timestamp_seconds",
      "When this was found out, in seconds since 1970.",
      [.init(time.timeIntervalSince1970.rounded(.down))]
    )
  }

  private var snapshotMetrics: [MetricFamily] {
    let newest = databases.compactMap { database in
      database.newest.map { (database.labels, $0) }
    }
    return [
      MetricFamily(
        "drydock_snapshots",
        "How many snapshots of a database there are.",
        databases.map { .init(Double($0.facts.snapshots.count), $0.labels) }
      ),
      MetricFamily(
        "drydock_snapshot_newest_timestamp_seconds",
        "The instant that the newest snapshot shows, in seconds since 1970.",
        newest.map { MetricFamily.Sample($1.taken.timeIntervalSince1970.rounded(.down), $0) }
      ),
      MetricFamily(
        "drydock_snapshot_newest_size_bytes",
        "Bytes of the rows in the newest snapshot.",
        newest.map { MetricFamily.Sample(Double($1.bytes), $0) }
      ),
      MetricFamily(
        "drydock_snapshot_newest_stored_bytes",
        "Bytes that the newest snapshot added to the repository.",
        newest.map { MetricFamily.Sample(Double($1.bytesStored), $0) }
      ),
      MetricFamily(
        "drydock_snapshot_newest_duration_seconds",
        "How long the newest snapshot took.",
        newest.map { MetricFamily.Sample($1.seconds, $0) }
      ),
    ]
  }

  private var proofMetrics: [MetricFamily] {
    [
      MetricFamily(
        "drydock_proof_newest_timestamp_seconds",
        "When a snapshot was last proven to this level or above, in seconds since 1970.",
        databases.flatMap { database in
          Proof.Level.allCases.compactMap { level in
            database.facts.lastProof(level, at: time).map {
              MetricFamily.Sample(
                Double($0.proven),
                database.labels + [Report.Field("level", "\(level.rawValue)")]
              )
            }
          }
        }
      ),
      MetricFamily(
        "drydock_restore_duration_seconds",
        "How long the last restore took that proved a snapshot.",
        databases.compactMap { database in
          database.facts.lastRestore.map { MetricFamily.Sample($0.seconds, database.labels) }
        }
      ),
    ]
  }

  private func storageMetrics(_ budget: Budget) -> [MetricFamily] {
    guard let storage else { return [] }
    return [
      MetricFamily(
        "drydock_repository_size_bytes",
        "Bytes of all objects of the repository.",
        [.init(Double(storage.bytes))]
      ),
      MetricFamily(
        "drydock_budget_used_ratio",
        "How much of a limit is used; 1 is all of it.",
        budget.uses(of: storage, now: time).map {
          MetricFamily.Sample($0.share, [Report.Field("budget", $0.kind.rawValue)])
        }
      ),
      MetricFamily(
        "drydock_disk_free_bytes",
        "Bytes that may still be written to the disk of the repository.",
        storage.disk.map { [MetricFamily.Sample(Double($0.free))] } ?? []
      ),
    ]
  }
}

extension DatabaseHealth {
  fileprivate var labels: [Report.Field] {
    [.init("database", facts.name), .init("cluster", facts.systemIdentifier)]
  }
}
