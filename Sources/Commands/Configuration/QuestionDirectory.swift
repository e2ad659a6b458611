internal import Catalog
internal import Files
internal import FoundationEssentials
internal import Problems

/// The directory of the user's own queries: each `NAME.sql` is a question.
struct QuestionDirectory: Sendable, Equatable {
  let path: String

  private static let sizeLimit = 64 << 10

  /// The directory that was given, else the configured one; nil where none is.
  init?(_ given: String?, in context: Context) {
    guard let path = given ?? context.configuration.backup.queries else { return nil }
    self.path = context.absolute(path: path)
  }

  /// Reads the questions by name.
  ///
  /// Throws a `Problem` of kind `usage` where there is no directory, a file is no text, or there are
  /// more than a snapshot takes.
  func read() throws -> [Question] {
    guard Directory.exists(path) else {
      throw wrong("There is no directory of queries at \(path)")
    }
    let names = try Directory.entries(of: path)
      .filter { !$0.isDirectory && $0.name.hasSuffix(".sql") && !$0.name.hasPrefix(".") }
      .map(\.name).sorted()
    guard names.count <= Answer.limit else {
      throw wrong("\(path) holds \(names.count) queries; a snapshot takes \(Answer.limit)")
    }
    return try names.map { name in
      let file = "\(path)/\(name)"
      guard let data = FileManager.default.contents(atPath: file), data.count <= Self.sizeLimit,
        let sql = String(validating: Array(data), as: UTF8.self)
      else { throw wrong("The query \(file) cannot be read as a text of at most 64 KiB") }
      return Question(name: String(name.dropLast(4)), sql: sql)
    }
  }

  private func wrong(_ summary: String) -> Problem {
    Problem(
      .usage,
      code: "usage.queries",
      summary,
      hint:
        "--queries DIR, or queries: in a trusted configuration, names a directory of *.sql files."
    )
  }
}
