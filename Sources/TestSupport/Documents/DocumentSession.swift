internal import Files
internal import Foundation
internal import Postgres
internal import Problems
internal import Processes

/// One bash, in which the blocks of a document run one after the other, as in a terminal.
///
/// It has a home, a directory for everything that a document puts elsewhere, and a PostgreSQL of its
/// own. The commands of a fixture run in it first. It sees nothing of the test's own environment.
final class DocumentSession {
  /// Longer than this a step hangs.
  private static let timeLimit: TimeInterval = 300

  private let place: TemporaryDirectory
  private let server: OwnServer
  private let other: OwnServer?
  private let rehearsals: RehearsalServer?
  private let bucket: FakeS3?
  private let child: Child
  private let steps: FileHandle
  private var count = 0
  /// What the document calls otherwise.
  var names: DocumentNames

  /// Starts a server and a shell, and runs the fixtures.
  init(fixtures: [String]) throws {
    place = try TemporaryDirectory(prefix: "doc")
    names = DocumentNames(sandbox: place.path)
    let isDurable = fixtures.contains("durable-server")
    server = try OwnServer(on: .v15, isDurable: isDurable)
    other =
      fixtures.contains("other-server") ? try OwnServer(on: .v15, isDurable: isDurable) : nil
    rehearsals = fixtures.contains("rehearsal-server") ? try RehearsalServer(on: .v15) : nil
    bucket = fixtures.contains("bucket") ? try FakeS3() : nil
    let files = FileManager.default
    for name in ["home", "t", "steps", "usr/local/bin"] + DocumentNames.directories {
      try files.createDirectory(
        atPath: "\(place.path)/\(name)",
        withIntermediateDirectories: true
      )
    }
    // The user of scratch servers, who is not ours when we are root, must be able to pass.
    try files.setAttributes([.posixPermissions: 0o711], ofItemAtPath: place.path)
    try files.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: "\(place.path)/t")
    let socket = server.settings().keywords["host"] ?? ""
    names.bind("/run/postgresql", to: socket)
    if let host = other?.settings().keywords["host"] { names.bind("db2.example.org", to: host) }
    if let host = rehearsals?.address().keywords["host"] {
      names.bind("rehearsal.example.org", to: host)
    }
    let pipe = "\(place.path)/steps/next"
    try Invocation("mkfifo", [pipe], environment: ["PATH": "/usr/bin:/bin"]).run().checked()
    guard let handle = FileHandle(forUpdatingAtPath: pipe) else {
      throw Problem(code: "tests.no-pipe", "\(pipe) cannot be opened")
    }
    steps = handle
    child = try Invocation(
      "bash",
      ["--noprofile", "--norc", "-c", Self.driver, "bash", "\(place.path)/steps"],
      environment: Self.environment(place.path, socket, bucket),
      directory: "\(place.path)/home"
    ).start()
    for fixture in fixtures { try prepare(fixture) }
  }

  deinit {
    // The shell first stops what its fixtures have started; whatever is left then is ended.
    try? steps.write(contentsOf: Data("end\n".utf8))
    _ = try? child.wait(timeLimit: .seconds(30))
    child.terminate(grace: .seconds(1))
    try? steps.close()
  }

  /// Runs commands that must succeed, as `set -euo pipefail` has it.
  func run(_ commands: String) throws -> DocumentAnswer { try step(names.real(commands)) }

  /// Runs one command and returns its status.
  func run(command: String) throws -> DocumentAnswer {
    let status = "\(place.path)/steps/\(count + 1).status"
    let answer = try step(
      "set +e\n\(names.real(command))\nprintf %s \"$?\" >'\(status)'\nset -e\n"
    )
    guard answer.status == 0, let text = Self.text(status) else { return answer }
    return DocumentAnswer(status: Int32(text) ?? -1, output: answer.output, errors: answer.errors)
  }

  private func prepare(_ fixture: String) throws {
    let file = "\(SharedInputs.packageRoot)/fixtures/documents/\(fixture).sh"
    guard FileManager.default.fileExists(atPath: file) else {
      throw Problem(code: "tests.no-fixture", "there is no fixture \(file)")
    }
    let answer = try step(". '\(file)'\n")
    guard answer.status == 0 else {
      throw Problem(
        code: "tests.fixture-failed",
        "the fixture \(fixture) failed",
        reason: answer.whole
      )
    }
    for line in (Self.text("\(place.path)/names") ?? "").split(separator: "\n") {
      let pair = line.split(separator: "\t")
      if pair.count == 2 { names.bind(String(pair[0]), to: String(pair[1])) }
    }
  }

  private func step(_ commands: String) throws -> DocumentAnswer {
    count += 1
    let path = "\(place.path)/steps/\(count)"
    try Data(commands.utf8 + [10]).write(to: URL(fileURLWithPath: path))
    try steps.write(contentsOf: Data("\(count)\n".utf8))
    let deadline = Date(timeIntervalSinceNow: Self.timeLimit)
    while Self.text("\(path).done") == nil {
      if let status = Self.text("\(place.path)/steps/ending") ?? child.status.map({ "\($0)" }) {
        return answer(of: path, Int32(status) ?? -1)
      }
      guard Date() < deadline else {
        throw Problem(
          code: "tests.hangs",
          "a step took too long",
          reason: answer(of: path, 0).whole
        )
      }
      Thread.sleep(forTimeInterval: 0.003)
    }
    return answer(of: path, 0)
  }

  private func answer(of path: String, _ status: Int32) -> DocumentAnswer {
    DocumentAnswer(
      status: status,
      output: names.shown(Self.text("\(path).out") ?? ""),
      errors: names.shown(Self.text("\(path).err") ?? "")
    )
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func environment(
    _ place: String,
    _ socket: String,
    _ bucket: FakeS3?
  ) -> [String: String] {
    let root = SharedInputs.packageRoot
    let program = URL(fileURLWithPath: Drydock.program).deletingLastPathComponent().path
    let path = EnvironmentWhitelist(names: ["PATH"]).ofThisProcess()["PATH"] ?? "/usr/bin:/bin"
    var variables = [
      "PATH": "\(program):\(path)",
      "HOME": "\(place)/home", "TMPDIR": "\(place)/t", "TZ": "UTC", "LANG": "C.UTF-8",
      "PGHOST": socket, "PGPORT": "5432", "PGUSER": "postgres", "USER": "postgres",
      "DOCUMENT_ROOT": root, "DOCUMENT_PLACE": place,
    ]
    for (name, value) in bucket?.environment ?? [:] where name.hasPrefix("AWS_") {
      variables[name] = value
    }
    return variables
  }

  /// Reads names of steps from a pipe, and runs each in this very shell.
  private static let driver = #"""
    place="$1"
    finish() {
      printf %s "$?" >"$place/ending.new"
      if declare -F clean_up >/dev/null; then clean_up; fi
      mv "$place/ending.new" "$place/ending"
    }
    trap finish EXIT
    exec 3<>"$place/next"
    set -euo pipefail
    while IFS= read -r step <&3; do
      if [ "$step" = end ]; then exit 0; fi
      . "$place/$step" >"$place/$step.out" 2>"$place/$step.err" </dev/null 3<&-
      : >"$place/$step.done"
    done
    """#
}
