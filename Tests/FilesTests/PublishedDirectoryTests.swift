import Files
import Foundation
import Problems
import Testing

@Suite("A directory that others read while it is written")
struct PublishedDirectoryTests {
  private let place: TemporaryDirectory
  private let directory: PublishedDirectory

  init() throws {
    place = try TemporaryDirectory()
    directory = PublishedDirectory("\(place.path)/site", list: ".ours", ending: ".html")
  }

  private func names() throws -> [String] {
    try Directory.entries(of: "\(place.path)/site").map(\.name)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try ReadableFile.contents(of: "\(place.path)/site/\(name)"), as: UTF8.self)
  }

  @Test("Files are written for everybody to read, and stale ones of ours go")
  func publish() throws {
    #expect(try directory.publish(["index.html": [65], "a.html": [66]], entry: "index.html") == 0)
    #expect(try names() == [".ours", "a.html", "index.html"])
    let path = "\(place.path)/site/a.html"
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect(mode as? Int == 0o644)
    #expect(try directory.publish(["index.html": [67], "b.html": [68]], entry: "index.html") == 1)
    #expect(try names() == [".ours", "b.html", "index.html"])
    #expect(try text("index.html") == "C")
  }

  @Test("A list that names files elsewhere removes none of them")
  func hostileList() throws {
    _ = try directory.publish(["index.html": [65]], entry: "index.html")
    let outside = "\(place.path)/outside.html"
    try AtomicFile.write([1], to: outside, durability: .fast)
    try AtomicFile.write(
      Array("../outside.html\n.ours\nindex.html\n..html\n".utf8),
      to: "\(place.path)/site/.ours",
      durability: .fast
    )
    _ = try directory.publish(["index.html": [66]], entry: "index.html")
    #expect(try ReadableFile.contents(of: outside) == [1])
  }

  @Test("What somebody else put under a name that is wanted is not overwritten")
  func stranger() throws {
    _ = try directory.publish(["index.html": [65]], entry: "index.html")
    try AtomicFile.write([1], to: "\(place.path)/site/a.html", durability: .fast)
    let problem = #expect(throws: Problem.self) {
      try directory.publish(["index.html": [66], "a.html": [67]], entry: "index.html")
    }
    #expect(problem?.code == "files.not-ours")
    #expect(try text("index.html") == "A")
  }

  @Test("What a crash left before the end is known as ours the next time")
  func crash() throws {
    _ = try directory.publish(["index.html": [65], "a.html": [66]], entry: "index.html")
    // As after a crash between the first list and the last: more names than files.
    try AtomicFile.write(
      Array("a.html\nb.html\nindex.html\n".utf8),
      to: "\(place.path)/site/.ours",
      durability: .fast
    )
    #expect(try directory.publish(["index.html": [65]], entry: "index.html") == 1)
    #expect(try names() == [".ours", "index.html"])
  }
}
