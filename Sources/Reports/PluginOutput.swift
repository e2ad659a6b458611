internal import Bytes

/// What a plugin of Nagios, Icinga or another system like them prints.
///
/// One line with a status, a sentence and numbers, then more lines for those who look closer
/// (monitoring-plugins.org/doc/guidelines.html). The same status is the exit code.
public struct PluginOutput: Sendable, Equatable {
  /// The four states; the raw value is the exit code.
  public enum Status: Int32, Sendable, CaseIterable {
    /// All is well.
    case ok = 0
    /// Something to look at by day.
    case warning = 1
    /// Something to look at now.
    case critical = 2
    /// It could not be found out.
    case unknown = 3

    var word: String {
      switch self {
      case .ok: "OK"
      case .warning: "WARNING"
      case .critical: "CRITICAL"
      case .unknown: "UNKNOWN"
      }
    }
  }

  /// A number that is drawn over time.
  public struct Number: Sendable, Equatable {
    /// What it is the number of.
    public var label: String
    /// The number.
    public var value: Int
    /// `s` for seconds, `B` for bytes, nothing for a count.
    public var unit: String
    /// Above which it is a warning.
    public var warning: Int?
    /// Above which it is critical.
    public var critical: Int?

    /// Makes a number.
    public init(
      _ label: String,
      _ value: Int,
      unit: String,
      warning: Int? = nil,
      critical: Int? = nil
    ) {
      self.label = label
      self.value = value
      self.unit = unit
      self.warning = warning
      self.critical = critical
    }

    /// `'label'=value[UOM];[warn];[crit];[min]`.
    var text: String {
      // A quote ends the label, and an equals sign or a bar is taken for the next part by some readers.
      let name = Printable.line(label).escaping(["'": "_", "=": "_", "|": "_"])
      return "'\(name)'=\(value)\(unit);\(warning.map(String.init) ?? "");"
        + "\(critical.map(String.init) ?? "");0"
    }
  }

  /// Who speaks, in capitals.
  public var service: String
  /// How it stands.
  public var status: Status
  /// What there is to say first.
  public var summary: String
  /// The numbers.
  public var numbers: [Number]
  /// More lines.
  public var details: [String]

  /// Makes an output.
  public init(
    service: String,
    status: Status,
    summary: String,
    numbers: [Number] = [],
    details: [String] = []
  ) {
    self.service = service
    self.status = status
    self.summary = summary
    self.numbers = numbers
    self.details = details
  }

  /// The lines.
  public var text: String {
    let data = numbers.isEmpty ? "" : " | " + numbers.map(\.text).joined(separator: " ")
    let head = "\(service) \(status.word) - \(Self.safe(summary))\(data)"
    return ([head] + details.map(Self.safe)).map { $0 + "\n" }.joined()
  }

  /// A bar would end the text, also one with a combining mark behind it.
  private static func safe(_ text: String) -> String {
    Printable.line(text).escaping(["|": "/"])
  }
}
