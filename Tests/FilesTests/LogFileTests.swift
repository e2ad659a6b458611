import Files
import Foundation
import Testing

@Suite("A log file")
struct LogFileTests {
  @Test("Each who opens it writes behind what is there, and only its owner can read it")
  func appends() throws {
    let place = try TemporaryDirectory()
    let path = "\(place.path)/log"
    for line in ["first\n", "second\n"] {
      let log = try LogFile(path: path)
      let child = FileHandle(fileDescriptor: log.descriptor, closeOnDealloc: false)
      try child.write(contentsOf: Data(line.utf8))
      withExtendedLifetime(log) {}
    }
    #expect(try ReadableFile.contents(of: path) == Array("first\nsecond\n".utf8))
    let facts = try FileManager.default.attributesOfItem(atPath: path)
    #expect(facts[.posixPermissions] as? Int == 0o600)
  }
}
