import Problems
import TestSupport
import Testing

@testable import ObjectStore

@Suite("A probe finds out what a store does, and keeps it for people")
struct StoreProbeTests {
  private func found(
    _ conditions: FakeS3.Conditions = .honoured,
    skew: Double = 0
  ) throws -> (findings: StoreFindings, ship: S3Ship) {
    var behaviour = FakeS3.Behaviour()
    behaviour.conditions = conditions
    behaviour.skew = skew
    let ship = try S3Ship(FakeS3(behaviour))
    return (try StoreProbe.run(ship.store, now: 7), ship)
  }

  @Test("A good bucket: all is well, and the canary is gone")
  func good() throws {
    let (findings, ship) = try found()
    var expected = StoreFindings(probed: 7)
    expected.readAfterWrite = true
    expected.listAfterWrite = true
    expected.rangeReads = true
    expected.writeOnce = true
    expected.deletes = true
    expected.conditionalWrites = .honoured
    expected.objectLock = StoreFindings.ObjectLock.none
    expected.clockSkew = findings.clockSkew
    #expect(findings == expected && abs(findings.clockSkew ?? 99) <= 2)
    #expect(ship.service.objects.isEmpty)
  }

  @Test("Conditions and the clock are found as they are")
  func conditions() throws {
    #expect(try found(.ignored).findings.conditionalWrites == .ignored)
    #expect(try found(.unsupported).findings.conditionalWrites == .unsupported)
    #expect(try found(.unsupported).findings.writeOnce)
    let skew = try #require(try found(skew: -1000).findings.clockSkew)
    #expect((-1002 ... -998).contains(skew))
  }

  @Test("Where nothing may be deleted, this is found, and the canary stays")
  func deleteDenied() throws {
    let ship = try S3Ship(
      FakeS3 { request, _ in
        request.method == "DELETE" ? .refuse(403, "AccessDenied") : .none
      }
    )
    let findings = try StoreProbe.run(ship.store, now: 7)
    #expect(!findings.deletes && findings.readAfterWrite && ship.service.objects.count == 1)
    try findings.keep(in: ship.store)
    #expect(try StoreFindings.latest(in: ship.store) == findings, "the canary is no finding")
  }

  @Test("A store that cannot be used says so at once")
  func unusable() throws {
    let ship = try S3Ship(FakeS3 { _, _ in .refuse(403, "AccessDenied") })
    let problem = #expect(throws: Problem.self) { try StoreProbe.run(ship.store, now: 7) }
    #expect(problem?.code == "store.access-denied")
  }

  @Test("The newest findings are shown, and what cannot be read is passed over")
  func latest() throws {
    let store = MemoryStore()
    #expect(try StoreFindings.latest(in: store) == nil)
    for probed in [5, 9, 7] as [Int64] { try StoreFindings(probed: probed).keep(in: store) }
    var later = StoreFindings(probed: 100)
    later.version = 2
    try later.keep(in: store)
    later.version = 1
    later.magic = "other"
    try later.keep(in: store)
    try store.put(ObjectName(components: "probes", "junk"), [1, 2, 3])
    try store.put(ObjectName(components: "probes", "huge"), [UInt8](repeating: 32, count: 65_537))
    #expect(try StoreFindings.latest(in: store)?.probed == 9)
    let directory = try StoreProbe.run(store, now: 7)
    #expect(directory.writeOnce && directory.deletes && directory.clockSkew == nil)
    #expect(directory.conditionalWrites == nil && directory.objectLock == nil)
  }
}
