internal import Glibc
internal import Problems

extension Problem {
  /// A system call that failed, in the system's own words.
  init(systemError number: Int32, _ summary: String, hint: String? = nil) {
    self.init(
      code: "processes.system-error",
      summary,
      reason: unsafe String(cString: strerror(number)),
      hint: hint
    )
  }
}
