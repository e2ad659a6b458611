import Foundation
import ObjectStore
import Problems
import Repository
import Testing

@testable import Operations

@Suite("The records of a stop")
struct StopRecordTests {
  private static let shop = DatabaseIdentity(name: "shop", systemIdentifier: "7", oid: 10)
  private static let now = Date(timeIntervalSince1970: 1_800_000_000)

  private func repository() throws -> Repository {
    try Repository.create(in: MemoryStore(), encryption: .none)
  }

  private func stop(_ seconds: Double, _ repository: Repository) throws -> StopRecord {
    try StopRecord.begin(
      .init(database: Self.shop, previous: nil),
      now: Self.now.addingTimeInterval(seconds),
      in: repository
    )
  }

  @Test("Two starts that come at once: one has the mark, the other one is refused")
  func race() throws {
    let repository = try repository()
    var first = try stop(0, repository)
    try first.complete(StopMark(snapshot: "s", dataTime: Self.now), in: repository)
    var second = try #require(try StopRecord.all(in: repository).first)
    let (one, two) = (Self.shop, DatabaseIdentity(name: "shop", systemIdentifier: "8", oid: 10))
    try first.take(for: one, now: Self.now, in: repository)
    let error = #expect(throws: Problem.self) {
      try second.take(for: two, now: Self.now, in: repository)
    }
    #expect(error?.code == "start.used" && error?.kind == .refused)
    // The one that has it may come again, under another name too.
    var again = try #require(try StopRecord.all(in: repository).first)
    let renamed = DatabaseIdentity(name: "shop_2", systemIdentifier: "7", oid: 10)
    try again.take(for: renamed, now: Self.now, in: repository)
  }

  @Test("The newest stop comes first, and what is missing tells how far each came")
  func order() throws {
    let repository = try repository()
    var old = try stop(0, repository)
    try old.complete(StopMark(snapshot: "old", dataTime: Self.now), in: repository)
    try old.take(for: Self.shop, now: Self.now, in: repository)
    _ = try stop(60, repository)
    let all = try StopRecord.all(in: repository)
    #expect(all.map(\.mark?.snapshot) == [nil, "old"])
    #expect(all.map { $0.use != nil } == [false, true])
  }

  @Test("Of several restores of a database the last one tells its data's time")
  func origin() throws {
    let repository = try repository()
    for (days, name) in [(2.0, "second"), (1.0, "first")] {
      let time = Self.now.addingTimeInterval(days * 86_400)
      try OriginRecord(
        database: Self.shop,
        snapshot: name,
        isWhole: true,
        dataTime: Self.now,
        at: time
      ).store(in: repository)
    }
    #expect(try OriginRecord.last(of: Self.shop, in: repository)?.snapshot == "second")
    // An oid that another one begins with is another database.
    let other = DatabaseIdentity(name: "shop", systemIdentifier: "7", oid: 1)
    #expect(try OriginRecord.last(of: other, in: repository) == nil)
  }
}
