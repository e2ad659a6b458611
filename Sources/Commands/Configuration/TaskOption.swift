internal import Schedule
internal import YAML

/// A key of a task in the plan, and the words of the command line that it stands for.
struct TaskOption: Sendable {
  /// How a value becomes words.
  private enum Form: Sendable {
    case value(String)
    case flag(String)
    case oldest
  }

  let key: String
  private let form: Form

  /// The keys of a task beside those that say when it is due.
  static func options(of task: ScheduledTask) -> [TaskOption] {
    switch task {
    case .backup:
      [
        TaskOption(key: "full_read", form: .flag("--full-read")),
        TaskOption(key: "jobs", form: .value("--jobs")),
      ]
    case .forget: []
    case .collect: [TaskOption(key: "max_repack", form: .value("--max-repack"))]
    case .verify:
      [
        TaskOption(key: "level", form: .value("--level")),
        TaskOption(key: "snapshot", form: .oldest),
        TaskOption(key: "max_age", form: .value("--max-age")),
        TaskOption(key: "sample", form: .value("--sample")),
        TaskOption(key: "jobs", form: .value("--jobs")),
      ]
    case .check: [TaskOption(key: "read_data", form: .value("--read-data"))]
    case .copy:
      [
        TaskOption(key: "to", form: .value("--to")),
        TaskOption(key: "to_passphrase_file", form: .value("--to-passphrase-file")),
        TaskOption(key: "jobs", form: .value("--jobs")),
      ]
    }
  }

  /// The words that a value stands for.
  func words(_ node: YAMLNode, in file: ConfigurationFile) throws -> [String] {
    let text = try file.text(node)
    switch form {
    // One word, so that no value is taken for an option.
    case .value(let option): return ["\(option)=\(text)"]
    case .flag(let option):
      switch text {
      case "true": return [option]
      case "false": return []
      default: throw file.problem(node.mark, "bad-value", "'true' or 'false' is expected here")
      }
    case .oldest:
      switch text {
      case "oldest": return ["--oldest"]
      case "latest": return ["latest"]
      default:
        throw file.problem(node.mark, "bad-value", "'oldest' or 'latest' is expected here")
      }
    }
  }
}
