import ObjectStore
import Repository
import Testing

@testable import Verification

@Suite("What is known of a snapshot's verifications")
struct ProofTableTests {
  private let repository: Repository
  /// Oldest first.
  private let names: [SnapshotName]

  init() throws {
    repository = try Repository.create(in: MemoryStore(), encryption: .none)
    names = try (1...3).map { day in
      try #require(SnapshotName("2026010\(day)T020000.000Z-0000000a"))
    }
  }

  /// Keeps a proof of a level at a second.
  private func prove(_ name: SnapshotName, _ level: Proof.Level = .content, at second: Int) throws {
    let proof = Proof(
      snapshot: name.text,
      level: level,
      proven: second,
      seconds: 1,
      restoreSeconds: nil,
      tool: "test"
    )
    let id = ProofID(of: name.text, level, .whole, milliseconds: second * 1000)
    try repository.putRecord(kind: .proof, id: id.text, try proof.encoded())
  }

  /// Keeps that a level failed at a second.
  private func fail(_ name: SnapshotName, _ level: Proof.Level = .content, at second: Int) throws {
    let failure = ProofFailure(
      snapshot: name.text,
      level: level,
      failed: second,
      findings: 1,
      reason: "public.t: lost",
      tool: "test"
    )
    let id = ProofID(of: name.text, level, .failure, milliseconds: second * 1000)
    try repository.putRecord(kind: .proof, id: id.text, try failure.encoded())
  }

  private func next(_ level: Proof.Level = .content) throws -> SnapshotName? {
    try ProofTable(of: repository).next(among: names, level)
  }

  @Test("One that failed waits until all others had their turn, and then has its own")
  func turns() throws {
    #expect(try next() == names[2])
    try fail(names[2], at: 10)
    #expect(try next() == names[1])
    try prove(names[1], at: 20)
    #expect(try next() == names[0])
    try prove(names[0], at: 30)
    #expect(try next() == names[2])
    try fail(names[2], at: 40)
    #expect(try next() == names[1])
  }

  @Test("A failure of a higher level is no turn at a lower one")
  func higherLevel() throws {
    try fail(names[2], .restore, at: 10)
    #expect(try next(.content) == names[2])
    #expect(try next(.restore) == names[1])
  }

  @Test("A failure makes older proofs of its level void, and a later proof ends it")
  func voids() throws {
    try prove(names[0], .restore, at: 10)
    try prove(names[0], .presence, at: 11)
    try fail(names[0], at: 20)
    var table = try ProofTable(of: repository)
    #expect(try table.failure(of: names[0])?.reason == "public.t: lost")
    #expect(try table.last(of: names[0], .content) == nil)
    #expect(try table.best(of: names[0])?.level == .presence)
    try prove(names[0], .presence, at: 30)
    table = try ProofTable(of: repository)
    #expect(try table.failure(of: names[0]) != nil)
    try prove(names[0], at: 40)
    table = try ProofTable(of: repository)
    #expect(try table.failure(of: names[0]) == nil)
    #expect(try table.best(of: names[0])?.proven == 40)
  }

  @Test("A record is what its id says")
  func records() throws {
    try prove(names[0], at: 10)
    try fail(names[0], at: 20)
    let records = try repository.records(kind: .proof).map { id in
      try ProofRecord(decoding: try repository.record(kind: .proof, id: id), id: id)
    }
    #expect(records.compactMap(\.proof?.proven) == [10])
    #expect(records.compactMap(\.failure?.failed) == [20])
    #expect(records.allSatisfy { $0.snapshot == names[0].text })
  }
}
