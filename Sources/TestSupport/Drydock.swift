public import Postgres
public import Processes
internal import Cluster
internal import Files
internal import Foundation
internal import Problems

/// The real program, run as a person runs it: arguments, an environment, two streams, a status.
///
/// Each value has a directory of its own with a repository, a home, a place for temporary files and
/// a passphrase that nobody else has. The program sees nothing of the test's own environment but
/// where programs are. A run whose output holds a secret throws, whatever the test looks at.
public final class Drydock: Sendable {
  /// Everything of this user lies in here.
  public let directory: String
  /// The passphrase of the repository.
  public let passphrase: String
  private let place: TemporaryDirectory
  private let base: [String: String]

  /// The repository's directory.
  public var repository: String { "\(directory)/repository" }
  /// Where the program makes temporary directories.
  public var temporary: String { "\(directory)/t" }
  /// Where this user's patches are.
  public var patches: String { "\(directory)/patches" }

  /// Prepares a user of servers of a version.
  ///
  /// - Parameters:
  ///   - server: the version; for 18 the program is told where its programs are.
  ///   - isNew: whether the repository is made at once.
  ///   - more: more of its environment, such as a repository elsewhere.
  /// - Throws: why the directory or the repository could not be made.
  public init(on server: TestServer, isNew: Bool = true, _ more: [String: String] = [:]) throws {
    place = try TemporaryDirectory(prefix: "dd")
    directory = place.path
    passphrase = "pass-\(UInt64.random(in: .min ... .max))-phrase"
    var variables = EnvironmentWhitelist(names: ["PATH"]).ofThisProcess()
    variables["HOME"] = "\(directory)/home"
    variables["TMPDIR"] = "\(directory)/t"
    variables["DRYDOCK_REPOSITORY"] = "\(directory)/repository"
    variables["DRYDOCK_PASSPHRASE"] = passphrase
    variables["DRYDOCK_PATCHES"] = "\(directory)/patches"
    variables["DRYDOCK_BINARIES"] = try server.options().binaries
    base = variables.merging(more) { _, given in given }
    let files = FileManager.default
    for name in ["home", "t", "patches"] { try Directory.create("\(directory)/\(name)") }
    // The scratch server's user, who is not ours when we are root, must be able to pass.
    try files.setAttributes([.posixPermissions: 0o711], ofItemAtPath: directory)
    try files.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: "\(directory)/t")
    if isNew { try run(["init"]).require(0) }
  }

  /// Where the built program is: beside the test bundle.
  public static var program: String {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return bundle.appendingPathComponent("drydock").path
  }

  /// What a command would be started with.
  ///
  /// - Parameters:
  ///   - arguments: the words after `drydock`.
  ///   - variables: more variables; an empty value takes one away.
  /// - Returns: what can be run, or started to be looked at while it runs.
  public func invocation(_ arguments: [String], _ variables: [String: String] = [:]) -> Invocation {
    let environment = base.merging(variables) { _, given in given }.filter { !$0.value.isEmpty }
    return Invocation(
      Self.program,
      arguments,
      environment: environment,
      directory: directory
    )
  }

  /// Runs a command to its end.
  ///
  /// - Parameters:
  ///   - arguments: the words after `drydock`.
  ///   - variables: more variables; an empty value takes one away.
  ///   - secrets: texts that must not appear, beside the passphrase.
  ///   - timeLimit: after it the command is stopped and `processes.timed-out` thrown.
  /// - Returns: what it said and how it ended.
  /// - Throws: `tests.secret-shown` when a secret appeared.
  public func run(
    _ arguments: [String],
    _ variables: [String: String] = [:],
    secrets: [String] = [],
    timeLimit: Duration = .seconds(180)
  ) throws -> Run {
    let outcome = try invocation(arguments, variables)
      .run(output: .captured(limit: 1 << 30), timeLimit: timeLimit)
    let run = Run(
      arguments: arguments,
      ending: outcome.status,
      output: outcome.text,
      errors: outcome.errors
    )
    for secret in [passphrase] + secrets
    where run.output.contains(secret) || run.errors.contains(secret) {
      throw Problem(
        code: "tests.secret-shown",
        "drydock \(arguments.first ?? "") showed a secret"
      )
    }
    return run
  }

  /// Takes a snapshot and returns its name.
  @discardableResult
  public func backup(_ database: ConnectionSettings, _ more: [String] = []) throws -> BackupSummary
  {
    let run = try run(["backup", database.argument, "--json"] + more).require(0)
    return try run.result(BackupSummary.self)
  }

  /// Restores a snapshot into an empty database.
  @discardableResult
  public func restore(
    _ snapshot: String = "latest",
    into database: ConnectionSettings,
    _ more: [String] = []
  ) throws -> Run {
    try run(["restore", snapshot, "--into", database.argument] + more).require(0)
  }

  /// Writes a patch, or another file beside it.
  public func write(patch name: String, _ text: String) throws {
    try AtomicFile.write(
      Array(text.utf8),
      to: "\(patches)/\(name)",
      collision: .replace,
      durability: .fast
    )
  }

  /// What lies in the place for temporary files; empty when the program tidied up.
  public func leftovers() throws -> [String] {
    try Directory.entries(of: temporary).map(\.name)
  }

  /// Every file of the repository under a directory, as paths.
  public func objects(in subdirectory: String) throws -> [String] {
    let path = "\(repository)/\(subdirectory)"
    guard Directory.exists(path) else {
      return FileManager.default.fileExists(atPath: path) ? [path] : []
    }
    return try Directory.entries(of: path).filter { !$0.name.hasPrefix(".") }.flatMap { entry in
      entry.isDirectory
        ? try objects(in: "\(subdirectory)/\(entry.name)") : ["\(path)/\(entry.name)"]
    }
  }
}
