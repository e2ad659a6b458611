internal import Glibc

/// The file in which libpq looks for passwords (manual, 34.16 "The Password File").
///
/// libpq passes over a file that others can read, and says so on standard error alone: what reaches
/// a person is that no password was given, or a wrong one.
enum PasswordFile {
  /// Why libpq passes over the file of this user, and what to do; nil where it does not.
  static var refusal: String? { path.flatMap(refusal(of:)) }

  /// Why libpq passes over a file, and what to do; nil where it does not, or where there is none.
  static func refusal(of path: String) -> String? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return nil }
    return "\(path) is readable by others, so libpq ignores it: chmod 600 \(path)."
  }

  /// `PGPASSFILE`, or `.pgpass` at home.
  private static var path: String? {
    variable("PGPASSFILE") ?? variable("HOME").map { "\($0)/.pgpass" }
  }

  private static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
