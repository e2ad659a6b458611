internal import FoundationEssentials
internal import Postgres

/// What the statements and queries of a runbook are told.
struct WaveFacts: Sendable {
  /// Seconds from the data time to the beginning of the run.
  let downtime: Double
  let origin: DataOrigin
  /// The wave's name, where there is one.
  var wave = ""

  /// The values by name, as settings of a transaction and, in capitals, as variables of a program.
  private var values: [(name: String, value: String)] {
    [
      ("downtime", "\(Int(downtime)) seconds"),
      ("data_time", origin.dataTime.formatted(.iso8601)), ("wave", wave),
    ]
  }

  /// Sets them until the transaction's end: `current_setting('drydock.downtime')::interval`.
  ///
  /// Settings, not parameters: a statement needs not use them all, and none is pasted into its text.
  func tell(_ connection: Connection) throws {
    for (name, value) in values {
      try connection.query(
        "SELECT pg_catalog.set_config($1, $2, true)",
        [.text("drydock.\(name)"), .text(value)]
      )
    }
  }

  /// The same for a program: `DRYDOCK_DOWNTIME`, in seconds, and the others.
  var variables: [String: String] {
    var variables = values.map { ("DRYDOCK_\($0.name.uppercased())", $0.value) }
    variables[0].1 = "\(Int(downtime))"
    return Dictionary(uniqueKeysWithValues: variables)
  }
}
