import Files
import Foundation
import Monitoring
import ObjectStore
import Repository
import TestSupport
import Testing

@testable import Commands

@Suite("The dashboard is a site of whole pages")
struct DashboardTests {
  private static let hostile = "<script>alert(1)</script>\"'&../x"
  private let sandbox: Sandbox
  private let now: Date
  private var history: BackupHistory

  init() throws {
    sandbox = try Sandbox()
    now = try Date("2026-01-31T08:00:00Z", strategy: .iso8601)
    let store = LocalStore("\(sandbox.root.path)/checkout/backups", isDurable: false)
    history = try BackupHistory(in: store, until: now)
    try history.add(.init("shop", nights: 40, bytes: 12 << 30))
    try history.add(.init(Self.hostile, nights: 3, ended: 4, bytes: 1 << 20, restoreEvery: 0))
    let log = SizeLog(
      directory: "\(sandbox.root.path)/home/.cache/drydock/\(history.repository.id)"
    )
    for day in 0...20 {
      try log.add(
        SizeSample(
          time: now.addingTimeInterval(-Double(20 - day) * 86_400 - 60),
          bytes: (40 + day) << 26
        )
      )
    }
  }

  private var site: String { "\(sandbox.root.path)/checkout/site" }

  private func run(_ line: String) async -> (status: Int32, output: String, errors: String) {
    var world = sandbox.world()
    world.now = { [now] in now }
    world.diskSpace = { _ in DiskSpace(free: 500 << 30, size: 1 << 40) }
    let words = line.split(separator: " ").map(String.init) + ["--repository", "backups"]
    let status = await Program(world: world).run(words)
    return (status.rawValue, masked(world.output.captured), masked(world.errors.captured))
  }

  /// Random ids are numbered.
  private func masked(_ text: String) -> String {
    let placed = text.replacing(sandbox.root.path, with: "ROOT")
      .replacing("drydock \(ToolVersion.number)", with: "drydock VERSION")
    return history.names.enumerated().reduce(placed) {
      let digits = String($1.offset)
      let number = String(repeating: "0", count: 8 - digits.count) + digits
      return $0.replacing($1.element.shortID, with: number)
    }
  }

  private func page(_ name: String) throws -> String {
    masked(String(decoding: try ReadableFile.contents(of: "\(site)/\(name)"), as: UTF8.self))
  }

  private func files() throws -> [String] {
    try Directory.entries(of: site).map(\.name)
  }

  @Test("An index and a page for each database, as they were looked at")
  func pages() async throws {
    let (status, output, errors) = await run("dashboard -o site")
    #expect(status == 0 && errors.isEmpty)
    #expect(output.contains("written  ROOT/checkout/site/index.html"))
    let names = try files().filter { $0.hasSuffix(".html") }
    #expect(names.count == 3 && names.allSatisfy { $0.wholeMatch(of: /[a-z0-9.-]+/) != nil })
    try Golden.check(try page("index.html"), "dashboard-index.html")
    let shop = try #require(names.first { $0.hasPrefix("db-shop-") })
    try Golden.check(try page(shop), "dashboard-database.html")
  }

  @Test("A hostile name stays text on every page, and names no file")
  func hostile() async throws {
    _ = await run("dashboard -o site")
    for name in try files() where name.hasSuffix(".html") {
      let text = try page(name)
      #expect(!text.contains("<script"), "\(name)")
      #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "\(name)")
    }
  }

  @Test("Every link leads to a page that is there, and nothing else is asked for")
  func links() async throws {
    _ = await run("dashboard -o site")
    let names = Set(try files())
    for name in names where name.hasSuffix(".html") {
      let text = try page(name)
      let links = text.matches(of: /(?:href|src)="([^"]*)"/).map { String($0.output.1) }
      #expect(!links.isEmpty && links.allSatisfy(names.contains), "\(name): \(links)")
      #expect(!text.contains("url(") && !text.contains("@import"))
    }
  }

  @Test("A database that is no more has no page, and other people's files stay")
  func again() async throws {
    _ = await run("dashboard -o site")
    let before = try files()
    try AtomicFile.write([1], to: "\(site)/robots.txt", durability: .fast)
    for name in history.names.suffix(3) {
      try FileManager.default.removeItem(
        atPath: "\(sandbox.root.path)/checkout/backups/snapshots/\(name)"
      )
    }
    let (status, _, _) = await run("dashboard -o site --quiet")
    #expect(status == 0)
    let gone = Set(before).subtracting(try files())
    #expect(gone.count == 1 && gone.allSatisfy { $0.hasPrefix("db-scriptalert1script") })
    #expect(try files().contains("robots.txt"))
  }

  @Test("A directory that holds something else is refused and stays as it is")
  func refused() async throws {
    try Directory.create(site)
    try AtomicFile.write([1], to: "\(site)/thesis.tex", durability: .fast)
    let (status, _, errors) = await run("dashboard -o site")
    #expect(status == 3 && errors.contains("site holds something else"))
    #expect(try files() == ["thesis.tex"])
  }

  @Test("Years of snapshots make a page that a phone can load")
  func size() async throws {
    var history = history
    try history.add(.init("long", nights: 700, bytes: 1 << 30))
    _ = await run("dashboard -o site")
    let long = try #require(try files().first { $0.hasPrefix("db-long-") })
    #expect(try page(long).utf8.count < 250_000)
  }
}
