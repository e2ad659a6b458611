import Foundation
import Processes
import TestSupport
import Testing

@Suite("The manual's pages in the eyes of mandoc and groff")
struct ManualPageTests {
  @Test("Every page is written, and neither has a warning")
  func pages() throws {
    let user = try Drydock(on: .v15, isNew: false)
    let place = "\(user.directory)/man1"
    try user.run(["manual", "--directory", place]).require(0)
    let files = try FileManager.default.contentsOfDirectory(atPath: place).sorted()
    #expect(files.contains("drydock.1") && files.contains("drydock-key-add.1"))
    for file in files {
      let path = "\(place)/\(file)"
      // Neighbours are looked up in this machine's manual, where they are not installed.
      let lint = try Invocation("mandoc", ["-T", "lint", "-W", "warning", path]).run()
      let complaints = lint.text.split(separator: "\n").filter { !$0.contains("cross reference") }
      #expect(complaints == [], "\(file)")
      let page = try Invocation("man", ["--warnings", "-l", path]).run().checked()
      #expect(page.errors.isEmpty, "\(file): \(page.errors)")
    }
    let one = try Invocation("man", ["-l", "\(place)/drydock-backup.1"]).run().checked().text
    #expect(one.contains("DRYDOCK-BACKUP(1)") && one.contains("--checkpoint wait|force"))
  }
}
