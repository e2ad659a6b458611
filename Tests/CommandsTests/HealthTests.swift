import Files
import Foundation
import ObjectStore
import Repository
import Snapshot
import TestSupport
import Testing
import Verification

@testable import Commands

@Suite("Health speaks to people and to monitoring systems")
struct HealthTests {
  private static let now = "2026-01-31T08:00:00Z"
  private let sandbox: Sandbox
  private let repository: Repository
  private let names: [SnapshotName]

  init() throws {
    sandbox = try Sandbox()
    let store = LocalStore("\(sandbox.root.path)/checkout/backups", isDurable: false)
    let repository = try Repository.create(in: store, encryption: .none)
    names = try [
      ("shop", "2026-01-29T02:00:00.000000Z"), ("billing", "2026-01-29T02:30:00.000000Z"),
      ("shop", "2026-01-31T02:00:00.000000Z"),
    ].map { database, time in
      var manifest = Manifest.sample
      manifest.database.name = database
      manifest.taken = time
      manifest.totals.rows = 1000
      manifest.totals.bytes = 5 << 30
      manifest.totals.bytesStored = 70 << 20
      manifest.totals.seconds = 12.5
      return try repository.beginSnapshot(parent: nil)
        .commit(manifest: try manifest.encoded(), at: try manifest.takenTime, closure: [])
    }
    let proven = Int(try Date(Self.now, strategy: .iso8601).timeIntervalSince1970) - 86_400
    let proof = Proof(
      snapshot: names[0].text,
      level: .restore,
      proven: proven,
      seconds: 900,
      restoreSeconds: 843,
      tool: "test"
    )
    try repository.putRecord(
      kind: .proof,
      id: "\(names[0])-3-\(proven * 1000)",
      try proof.encoded()
    )
    self.repository = repository
  }

  /// Runs a line six hours after the last snapshot, on a disk of a terabyte.
  private func run(
    _ line: String,
    free: Int = 500 << 30,
    at place: String = "backups"
  ) async throws -> (status: Int32, output: String, errors: String) {
    var world = sandbox.world()
    let now = try Date(Self.now, strategy: .iso8601)
    world.now = { now }
    world.diskSpace = { _ in DiskSpace(free: free, size: 1 << 40) }
    let words = line.split(separator: " ").map(String.init) + ["--repository", place]
    let status = await Program(world: world).run(words)
    var texts = [world.output.captured, world.errors.captured]
    for (number, name) in names.enumerated() {
      texts = texts.map {
        $0.replacing(name.text, with: "SNAPSHOT\(number)")
          .replacing(name.shortID, with: "0000000\(number)")
      }
    }
    texts = texts.map { $0.replacing(sandbox.root.path, with: "ROOT") }
    // The size of a sealed object depends on nothing but compression; its name is random.
    texts = texts.map { $0.replacing(/[\d.]+ KiB/, with: "SIZE") }
      .map { $0.replacing(/("bytes":)\d+/) { "\($0.output.1)0" } }
      .map { $0.replacing(/(size_bytes |'size'=)\d+/) { "\($0.output.1)0" } }
    return (status.rawValue, texts[0], texts[1])
  }

  private func configure(_ text: String) throws {
    try sandbox.write("home/.config/drydock/drydock.yaml", text + "\n")
  }

  @Test("A table of the databases, the findings, and what to do")
  func table() async throws {
    let (status, output, errors) = try await run("health")
    #expect(status == 1 && errors.isEmpty)
    try Golden.check(output, "health.txt")
    try Golden.check(try await run("health --json").output, "health.json")
  }

  @Test("Silence on success, and a warning is heard without being a failure")
  func quiet() async throws {
    let fine = try await run("health --quiet --of shop")
    #expect(fine.status == 0 && fine.output.isEmpty && fine.errors.isEmpty)
    let warned = try await run("health --quiet --of shop --proof-max-age 1h")
    #expect(warned.status == 0 && warned.output.contains("warning: shop: the last proof"))
    let old = try await run("health --quiet --of shop --max-age 1h")
    #expect(old.status == 1 && old.output.contains("critical: shop: the newest snapshot"))
  }

  @Test("A plugin's line, with its four exit codes")
  func nagios() async throws {
    let critical = try await run("health --nagios")
    #expect(critical.status == 2 && critical.errors.isEmpty)
    try Golden.check(critical.output, "health-nagios.txt")
    let good = try await run("health --nagios --of shop")
    #expect(good.status == 0 && good.output.hasPrefix("DRYDOCK OK - 1 database backed up"))
    let warned = try await run("health --nagios --of shop --proof-max-age 1h")
    #expect(warned.status == 1 && warned.output.hasPrefix("DRYDOCK WARNING - shop: the last proof"))
  }

  @Test("What could not be found out is unknown, never fine")
  func unknown() async throws {
    let absent = try await run("health --nagios", at: "nowhere")
    #expect(absent.status == 3 && absent.errors.isEmpty)
    #expect(absent.output.hasPrefix("DRYDOCK UNKNOWN - there is no repository in ROOT"))
    let plain = try await run("health", at: "nowhere")
    #expect(plain.status == 1 && plain.errors.contains("there is no repository"))
    try configure("health: {max_age: soon}")
    let wrong = try await run("health --nagios")
    #expect(wrong.status == 3 && wrong.output.contains("'max_age' must be"))
    #expect(try await run("health").status == 2)
  }

  @Test("A database that is expected and was never backed up is critical; a retired one is not")
  func configured() async throws {
    try configure("health: {databases: [crm], retired: [billing]}\ndatabase: shop")
    let (status, output, _) = try await run("health --nagios")
    #expect(status == 2 && output.hasPrefix("DRYDOCK CRITICAL - crm: there is no snapshot of it"))
    try configure("health: {retired: [billing]}\ndatabase: postgresql://db1/crm2")
    #expect(try await run("health").output.contains("crm2: there is no snapshot of it"))
    try configure("health: {retired: [billing]}\ndatabase: shop")
    #expect(try await run("health").status == 0)
    #expect(try await run("health --of billing").status == 0)
    #expect(try await run("health --of nobody --nagios").status == 2)
  }

  @Test("A database of the fleet that was never backed up is critical, unless kept elsewhere")
  func fleet() async throws {
    try configure(
      """
      fleet: {profiles: [shop, crm, own]}
      health: {retired: [billing]}
      profiles:
        shop: {database: shop}
        crm: {database: service=main dbname=crm}
        own: {database: own, repository: elsewhere}
      """
    )
    let (status, output, _) = try await run("health --nagios")
    #expect(status == 2 && output.hasPrefix("DRYDOCK CRITICAL - crm: there is no snapshot of it"))
    #expect(!output.contains(" own:"), "\(output)")
  }

  @Test("A snapshot that cannot be read is critical, and ends with its own code")
  func damaged() async throws {
    let file = sandbox.root.appendingPathComponent("checkout/backups/snapshots/\(names[0])")
    try Data("torn".utf8).write(to: file)
    let nagios = try await run("health --nagios --of shop")
    #expect(nagios.status == 2 && nagios.output.contains("snapshot 00000000 cannot be read"))
    #expect(try await run("health --of shop").status == 4)
  }

  @Test("A snapshot that failed its proof is critical, and ends with the code of damage")
  func failed() async throws {
    let time = Int(try Date(Self.now, strategy: .iso8601).timeIntervalSince1970) - 3600
    let failure = ProofFailure(
      snapshot: names[2].text,
      level: .content,
      failed: time,
      findings: 3,
      reason: "public.jobs: a chunk does not open",
      tool: "test"
    )
    try repository.putRecord(
      kind: .proof,
      id: "\(names[2])-2f-\(time * 1000)",
      try failure.encoded()
    )
    let nagios = try await run("health --nagios --of shop")
    #expect(nagios.status == 2)
    #expect(
      nagios.output.contains(
        "snapshot 00000002 failed its proof of level 2: public.jobs: a chunk does not open"
          + " (and 2 more)"
      )
    )
    let plain = try await run("health --of shop")
    #expect(plain.status == 4 && plain.output.contains("drydock check --read-data"))
  }

  @Test("A database whose name differs by bytes alone does not hide that another has stopped")
  func exactNames() async throws {
    for (name, time) in [
      ("cafe\u{301}", "2026-01-20T02:00:00.000000Z"), ("caf\u{E9}", "2026-01-31T02:00:00.000000Z"),
    ] {
      var manifest = Manifest.sample
      manifest.database.name = name
      manifest.taken = time
      _ = try repository.beginSnapshot(parent: nil)
        .commit(manifest: try manifest.encoded(), at: try manifest.takenTime, closure: [])
    }
    #expect(try await run("health --of caf\u{E9}").status == 0)
    #expect(try await run("health --of cafe\u{301}").status == 1)
  }

  @Test("Metrics are written whole, for everybody to read, and say when nothing could be read")
  func metrics() async throws {
    let path = "\(sandbox.root.path)/checkout/drydock.prom"
    #expect(try await run("health --of shop --quiet --prometheus drydock.prom").status == 0)
    let text = String(decoding: try ReadableFile.contents(of: path), as: UTF8.self)
      .replacing(/(repository_size_bytes) \d+/) { "\($0.output.1) 0" }
    try Golden.check(text, "health.prom")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect(mode as? Int == 0o644)
    _ = try await run("health --prometheus drydock.prom", at: "nowhere")
    let down = String(decoding: try ReadableFile.contents(of: path), as: UTF8.self)
    #expect(down.contains("drydock_up 0\n") && !down.contains("drydock_snapshot"))
    let left = try FileManager.default.contentsOfDirectory(atPath: "\(sandbox.root.path)/checkout")
    #expect(left.sorted() == ["backups", "drydock.prom"])
  }

  @Test("A budget and a disk that are nearly used up are told")
  func budget() async throws {
    try configure("budget: {size: 1KiB}")
    let size = try await run("health --of shop")
    #expect(size.status == 1 && size.output.contains("critical: repository: the repository takes"))
    try configure("budget: {size: 1TiB}")
    let disk = try await run("health --of shop", free: 150 << 30)
    #expect(disk.status == 0)
    #expect(disk.output.contains("warning: repository: the repository's disk has 150 GiB free"))
    #expect(try await run("health --of shop --nagios", free: 1 << 30).status == 2)
  }
}
