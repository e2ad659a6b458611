import Commands
import Files
import Foundation
import ObjectStore
import Repository
import TestSupport
import Testing

@Suite("The dashboard in a browser")
struct DashboardPageTests {
  private static let hostile = "<script>document.title='owned'</script><img src=x>"

  /// The pages of a repository with two months of history, by their file.
  private static let pages = Task {
    let place = try TemporaryDirectory()
    let now = try Date("2026-11-22T08:00:00Z", strategy: .iso8601)
    var history = try BackupHistory(
      in: LocalStore("\(place.path)/backups", isDurable: false),
      until: now
    )
    try history.add(.init("shop", nights: 75, bytes: 38 << 30))
    try history.add(.init("billing", nights: 60, ended: 4, bytes: 9 << 30))
    try history.add(.init("warehouse_events", nights: 200, bytes: 120 << 30, restoreEvery: 14))
    try history.add(.init("crm", nights: 12, bytes: 2 << 30, restoreEvery: 0))
    try history.add(
      .init(hostile + String(repeating: "x", count: 90), nights: 2, bytes: 1 << 20, restoreEvery: 0)
    )
    let cache = "\(place.path)/home/.cache/drydock/\(history.repository.id)"
    try Directory.create(cache)
    let sizes = (0..<60).map { day in
      let seconds = Int(now.timeIntervalSince1970) - (59 - day) * 86_400 - 60
      return "\(seconds) \((62 << 30) + day * (640 << 20) - (day % 7) * (700 << 20))\n"
    }
    try AtomicFile.write(Array(sizes.joined().utf8), to: "\(cache)/sizes", durability: .fast)
    let settings = "\(place.path)/drydock.yaml"
    let budget = "budget: {size: 120GiB, price: 0.023 per GiB month, cost: 20}\n"
    try AtomicFile.write(Array(budget.utf8), to: settings, durability: .fast)
    var world = Surroundings(
      environment: ["HOME": "\(place.path)/home"],
      directory: place.path,
      output: Output(capturing: false),
      errors: Output(capturing: false)
    )
    world.now = { now }
    world.diskSpace = { _ in DiskSpace(free: 300 << 30, size: 1 << 40) }
    let words = ["dashboard", "-o", "site", "--repository", "backups", "--config", settings]
    let status = await Program(world: world).run(words)
    #expect(status == .done, "\(world.errors.captured)")
    var pages: [String: String] = [:]
    for entry in try Directory.entries(of: "\(place.path)/site")
    where entry.name.hasSuffix(".html") {
      let bytes = try ReadableFile.contents(of: "\(place.path)/site/\(entry.name)")
      pages[entry.name] = String(decoding: bytes, as: UTF8.self)
    }
    return pages
  }

  private static func page(_ beginning: String) async throws -> String {
    try #require(try await pages.value.first { $0.key.hasPrefix(beginning) }?.value)
  }

  private static let kinds = ["index", "db-shop", "db-billing", "db-script"]

  @Test("Every page loads without a word on the console, and nothing in it runs", arguments: kinds)
  func console(kind: String) async throws {
    let visit = try Browser().visit(try await Self.page(kind))
    #expect(visit.console == [])
    #expect(!visit.document.contains("<title>owned"))
    #expect(!visit.document.contains("<img"))
  }

  @Test("Every page fits the window, from a phone to a desk", arguments: kinds, [320, 390, 1280])
  func width(kind: String, window: Int) async throws {
    let width = try Browser().width(of: try await Self.page(kind), in: window)
    #expect(try #require(width) <= window)
  }

  @Test("Every text can be read in light and dark", arguments: kinds, Browser.Scheme.allCases)
  func contrast(kind: String, scheme: Browser.Scheme) async throws {
    let page = try await Self.page(kind)
    #expect(try Browser().faintTexts(page, scheme) == [])
  }

  @Test("A faint text is found, so that finding none means something")
  func faint() async throws {
    let page = try await Self.page("index").replacing("--ink: #1f2328", with: "--ink: #bbbbbb")
    #expect(try !Browser().faintTexts(page, .light).isEmpty)
    #expect(try Browser().faintTexts(page, .dark) == [], "dark has colours of its own")
  }

  @Test(
    "Pictures of all pages, for people to look at",
    arguments: ["index", "db-shop", "db-billing"],
    Browser.Scheme.allCases
  )
  func pictures(kind: String, scheme: Browser.Scheme) async throws {
    let directory = "\(SharedInputs.packageRoot)/.build/pictures"
    try Directory.create(directory)
    let page = try await Self.page(kind)
    for (name, width, height) in [("phone", 390, 4800), ("desktop", 1280, 3000)] {
      let picture = try Browser().picture(page, width: width, height: height, scheme)
      #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]) && picture.count > 30_000)
      let path = "\(directory)/dashboard-\(kind)-\(name)-\(scheme.rawValue).png"
      try AtomicFile.write(picture, to: path, durability: .fast, mode: 0o644)
    }
  }
}
