import Foundation
import Testing

@testable import Postgres

@Suite("A password file that others can read")
struct PasswordFileTests {
  @Test("It is named with its remedy, because libpq passes over it", arguments: [0o644, 0o640])
  func refused(mode: Int) throws {
    try withFile(mode) { path in
      let words = "\(path) is readable by others, so libpq ignores it: chmod 600 \(path)."
      #expect(PasswordFile.refusal(of: path) == words)
    }
  }

  @Test("Nothing is said of one that libpq reads, or that is not there")
  func accepted() throws {
    try withFile(0o600) { path in
      #expect(PasswordFile.refusal(of: path) == nil)
      #expect(PasswordFile.refusal(of: path + "-not") == nil)
    }
  }

  private func withFile(_ mode: Int, _ body: (String) throws -> Void) throws {
    let files = FileManager.default
    let path = files.temporaryDirectory.appendingPathComponent("pgpass-\(UUID().uuidString)").path
    try Data("*:*:*:*:secret\n".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? files.removeItem(atPath: path) }
    try files.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    try body(path)
  }
}
