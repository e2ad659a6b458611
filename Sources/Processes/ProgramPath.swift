internal import Glibc
public import Problems

/// Where a program lies on this machine.
public enum ProgramPath {
  /// The path of a program: itself when it has a slash, else the first in our `PATH`.
  ///
  /// Throws `processes.not-found` when there is no such file or it may not be run.
  public static func find(_ program: String) throws(Problem) -> String {
    if program.contains("/") {
      guard isExecutable(program) else { throw notFound(program, "there is no such program") }
      return program
    }
    let path = EnvironmentWhitelist.system.ofThisProcess()["PATH"] ?? "/usr/bin:/bin"
    let directories = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
    for directory in directories where isExecutable("\(directory)/\(program)") {
      return "\(directory)/\(program)"
    }
    throw notFound(program, "it is in no directory of PATH (\(path))")
  }

  /// Whether a regular file lies there that we may run.
  public static func isExecutable(_ path: String) -> Bool {
    var facts = stat()
    guard unsafe stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return false }
    return unsafe access(path, X_OK) == 0
  }

  private static func notFound(_ program: String, _ reason: String) -> Problem {
    Problem(
      code: "processes.not-found",
      "\(program) was not found",
      reason: reason,
      hint: "Install the program or add its directory to PATH."
    )
  }
}
