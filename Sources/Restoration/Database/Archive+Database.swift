internal import Cluster
internal import Files
internal import Processes

extension Archive {
  /// The making of the database itself, as SQL for `psql` that ends connected to it: encoding and
  /// locale, owner, comment, limits, settings, rights.
  func databaseScript(without: Omissions = []) throws -> String {
    let entries = try run(["--list", "--create", path]).split(separator: "\n")
      .compactMap { Entry(String($0)) }
      .filter { $0.kind.hasPrefix("DATABASE") || $0.rest.hasPrefix("- DATABASE ") }
    let list = "\(directory.path)/list-database"
    let lines = entries.map(\.line).joined(separator: "\n") + "\n"
    try AtomicFile.write(Array(lines.utf8), to: list, durability: .fast)
    var arguments = ["--create", "--use-list=\(list)", "--file=-"]
    if without.contains(.privileges) { arguments.append("--no-privileges") }
    return Self.withoutRestrictions(try run(arguments + [path]))
  }

  private func run(_ arguments: [String]) throws -> String {
    try Invocation(programs.restore, arguments).run().checked().text
  }

  /// A script without the lines that bind `psql` to its own: ours are several scripts in one.
  static func withoutRestrictions(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("\\restrict ") && !$0.hasPrefix("\\unrestrict ") }
      .joined(separator: "\n")
  }
}
