/// Numbers of one name for Prometheus, each with its labels.
///
/// Rendered in the text format for exposition, version 0.0.4, which the node exporter's textfile
/// collector reads (prometheus.io/docs/instrumenting/exposition_formats).
public struct MetricFamily: Sendable, Equatable {
  /// One number.
  public struct Sample: Sendable, Equatable {
    /// What it is the number of, as names and values.
    public var labels: [Report.Field]
    /// The number.
    public var value: Double

    /// Makes a sample.
    public init(_ value: Double, _ labels: [Report.Field] = []) {
      self.labels = labels
      self.value = value
    }
  }

  /// The name, with its unit: `backup_age_seconds`.
  public var name: String
  /// One sentence.
  public var help: String
  /// The numbers; a family without any is left out.
  public var samples: [Sample]

  /// Makes a family of gauges: numbers that go up and down.
  public init(_ name: String, _ help: String, _ samples: [Sample]) {
    self.name = name
    self.help = help
    self.samples = samples
  }

  /// The text of several families.
  public static func exposition(_ families: [MetricFamily]) -> String {
    families.filter { !$0.samples.isEmpty }.map(\.text).joined()
  }

  private var text: String {
    let head = "# HELP \(name) \(Self.escape(help, quotes: false))\n# TYPE \(name) gauge\n"
    return head
      + samples.map { sample in
        let labels = sample.labels.map { "\($0.name)=\"\(Self.escape($0.value, quotes: true))\"" }
        let list = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
        return "\(name)\(list) \(Self.number(sample.value))\n"
      }.joined()
  }

  /// Backslashes and line ends, and in labels quotes too.
  private static func escape(_ text: String, quotes: Bool) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\"" where quotes: "\\\""
      default: String(scalar)
      }
    }.joined()
  }

  /// Whole numbers without an exponent, so that they can be read.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
  }
}
