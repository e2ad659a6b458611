import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@testable import Cluster

@Suite("Filled scratch servers are kept as files")
struct TemplateCacheTests {
  /// A cache in a directory of its own, which is gone afterwards.
  private func withCache(limit: Int, _ body: (TemplateCache) throws -> Void) throws {
    let parent = try TemporaryDirectory()
    try withExtendedLifetime(parent) {
      try body(TemplateCache(directory: "\(parent.path)/templates", limit: limit))
    }
  }

  /// The names without what stands for this start of the machine.
  private func names(_ cache: TemplateCache) throws -> [String] {
    let boot = try TemplateCache.bootID + "."
    return try Directory.entries(of: cache.directory).map(\.name)
      .map { $0.hasPrefix(boot) ? String($0.dropFirst(boot.count)) : $0 }
  }

  private func path(_ cache: TemplateCache, _ key: String) throws -> String {
    "\(cache.directory)/\(try TemplateCache.bootID).\(key).tar"
  }

  @Test(
    "A copy has what the server had, runs like it, and changes nothing but itself",
    arguments: TestServer.allCases
  )
  func copy(server: TestServer) throws {
    try withCache(limit: 1 << 30) { cache in
      let options = try server.options()
      let first = try ScratchServer.start(options)
      let administrator = try Connection.open(first.settings())
      try administrator.execute("SET allow_in_place_tablespaces = on")
      try administrator.execute("CREATE TABLESPACE fast LOCATION ''")
      try Connection.open(first.settings()).execute(
        "CREATE TABLE t TABLESPACE fast AS SELECT generate_series(1, 1000) AS a"
      )
      #expect(try ScratchServer.start(copying: "k", in: cache, options) == nil)
      #expect(try first.keep(as: "k", in: cache))
      try Connection.open(first.settings()).execute("DELETE FROM t")
      try first.remove()
      for _ in 1...2 {
        let copy = try #require(try ScratchServer.start(copying: "k", in: cache, options))
        let connection = try Connection.open(copy.settings())
        #expect(try connection.execute("SELECT count(*), sum(a) FROM t")[0].int("sum") == 500_500)
        try connection.execute("DROP TABLE t")
        try copy.remove()
      }
      #expect(try names(cache) == ["k.tar"])
      let attributes = try FileManager.default.attributesOfItem(atPath: path(cache, "k"))
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test("A template that was cut short is removed, and the server is filled anew")
  func torn() throws {
    try withCache(limit: 1 << 30) { cache in
      let options = try TestServer.v15.options()
      let first = try ScratchServer.start(options)
      #expect(try first.keep(as: "k", in: cache))
      try first.remove()
      let path = try path(cache, "k")
      let bytes = try ReadableFile.contents(of: path)
      try AtomicFile.write(Array(bytes.prefix(bytes.count / 2)), to: path, durability: .fast)
      #expect(try ScratchServer.start(copying: "k", in: cache, options) == nil)
      #expect(try names(cache) == [])
    }
  }

  @Test("What was not used for the longest time makes room; what does not fit is not begun")
  func eviction() throws {
    try withCache(limit: 1000) { cache in
      for key in ["a", "b", "c"] {
        let file = try #require(try cache.begin(key, size: 300))
        try file.append([UInt8](repeating: 7, count: 300))
        try file.finish()
        try age(cache, key, by: ["a": 30.0, "b": 20, "c": 10][key] ?? 0)
      }
      _ = try #require(try cache.open("a"))
      let last = try #require(try cache.begin("d", size: 300))
      try last.append([UInt8](repeating: 7, count: 300))
      try last.finish()
      #expect(try names(cache) == ["a.tar", "c.tar", "d.tar"])
      #expect(try cache.begin("e", size: 1001) == nil)
      #expect(try names(cache) == ["a.tar", "c.tar", "d.tar"])
      try #require(try cache.begin("e", size: 1000)).finish()
      #expect(try names(cache) == ["e.tar"])
    }
  }

  @Test("What is being read outlives its name; what nobody finished has none, and goes with time")
  func names() throws {
    try withCache(limit: 1000) { cache in
      let file = try #require(try cache.begin("a", size: 3))
      #expect(try cache.open("a") == nil)
      try file.append([1, 2, 3])
      try file.finish()
      let reader = try #require(try cache.open("a"))
      try cache.remove("a")
      #expect(try cache.open("a") == nil)
      #expect(try reader.read(0..<9) == [1, 2, 3])
      let left = "\(cache.directory)/.left.partial"
      let young = "\(cache.directory)/.young.partial"
      for path in [left, young] { try AtomicFile.write([1], to: path, durability: .fast) }
      let old = Date(timeIntervalSinceNow: -3700)
      try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: left)
      _ = try cache.begin("b", size: 1)
      #expect(try names(cache) == [".young.partial"])
    }
  }

  @Test("A template whose server does not start is removed, and the server is filled anew")
  func broken() throws {
    try withCache(limit: 1 << 30) { cache in
      let options = try TestServer.v15.options()
      let first = try ScratchServer.start(options)
      try first.stop()
      try Directory.removeFile("\(first.dataDirectory)/global/pg_control")
      let file = try #require(try cache.begin("k", size: 1))
      try first.client("tar", ["--create", "--file=-", "data"])
        .run(output: .descriptor(file.descriptor)).checked()
      try file.finish()
      try first.remove()
      var notes: [String] = []
      let none = try ScratchServer.start(copying: "k", in: cache, options) { notes.append($0) }
      #expect(none == nil)
      #expect(notes.count == 1 && notes[0].contains("did not start"), "\(notes)")
      #expect(try names(cache) == [])
    }
  }

  @Test("Each start of the machine has a name of its own")
  func bootID() throws {
    #expect(UUID(uuidString: try TemplateCache.bootID) != nil)
  }

  @Test("What was kept before the machine started last goes, whatever its age")
  func reboot() throws {
    try withCache(limit: 1000) { cache in
      try #require(try cache.begin("a", size: 1)).finish()
      let old = "\(cache.directory)/before.k.tar"
      try AtomicFile.write([1], to: old, durability: .fast)
      #expect(try cache.begin("b", size: 1001) == nil)
      #expect(try names(cache) == ["a.tar"])
      try cache.clear()
      #expect(try names(cache) == [])
    }
  }

  @Test("Nothing goes for what the disk has no room for")
  func fullDisk() throws {
    try withCache(limit: .max / 4) { cache in
      let file = try #require(try cache.begin("a", size: 10))
      try file.append([UInt8](repeating: 7, count: 10))
      try file.finish()
      #expect(try cache.begin("b", size: .max / 4) == nil)
      #expect(try names(cache) == ["a.tar"])
    }
  }

  @Test("A link that hostile code planted is packed as a link, and followed by nobody")
  func link() throws {
    try withCache(limit: 1 << 30) { cache in
      let options = try TestServer.v15.options()
      let first = try ScratchServer.start(options)
      try FileManager.default.createSymbolicLink(
        atPath: "\(first.dataDirectory)/base/planted",
        withDestinationPath: "/etc/shadow"
      )
      #expect(try first.keep(as: "k", in: cache))
      try first.remove()
      let copy = try #require(try ScratchServer.start(copying: "k", in: cache, options))
      let planted = "\(copy.dataDirectory)/base/planted"
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: planted) == "/etc/shadow"
      )
      try copy.remove()
    }
  }

  private func age(_ cache: TemplateCache, _ key: String, by seconds: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -seconds)],
      ofItemAtPath: path(cache, key)
    )
  }
}
