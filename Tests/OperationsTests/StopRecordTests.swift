import Foundation
import ObjectStore
import Postgres
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

  @Test("What several marked snapshots begin with chooses none of them, and nor does an empty word")
  func ambiguous() throws {
    let repository = try repository()
    for (seconds, name) in [(0.0, "20260131-1f"), (60.0, "20260131-2e")] {
      var record = try stop(seconds, repository)
      try record.complete(StopMark(snapshot: name, dataTime: Self.now), in: repository)
    }
    let copy = DatabaseIdentity(name: "copy", systemIdentifier: "7", oid: 11)
    let found = StartRun.Found(identity: copy, isEmpty: true, isClosed: false)
    func choose(_ text: String) throws -> String? {
      let start = StartRun(of: ConnectionSettings(), from: repository, chosen: text)
      return try start.choose(found).mark?.snapshot
    }
    let error = #expect(throws: Problem.self) { try choose("20260131") }
    #expect(error?.code == "usage.ambiguous-snapshot" && error?.kind == .usage)
    #expect(try choose("20260131-1") == "20260131-1f")
    #expect(try choose("2e") == "20260131-2e")
    let empty = #expect(throws: Problem.self) { try choose("") }
    #expect(empty?.code == "start.no-mark")
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
    for (days, name) in [(1.0, "first"), (2.0, "second")] {
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

  private func store(
    _ snapshot: String,
    _ seconds: Double,
    _ operation: String?,
    _ repository: Repository
  ) throws {
    try OriginRecord(
      database: Self.shop,
      snapshot: snapshot,
      isWhole: operation == nil,
      dataTime: Self.now,
      at: Self.now.addingTimeInterval(seconds),
      operation: operation
    ).store(in: repository)
  }

  @Test("Restores are remembered in their order, also by a host whose clock is behind")
  func ofRestores() throws {
    let repository = try repository()
    try store("first", 0, nil, repository)
    try store("second", -600, nil, repository)
    #expect(try OriginRecord.last(of: Self.shop, in: repository)?.snapshot == "second")
    try store("third", -300, "op3", repository)
    try store("third again", 900, "op3", repository)
    let third = try #require(try OriginRecord.last(of: Self.shop, in: repository))
    #expect(third.snapshot == "third" && third.origin.restore == "op3")
    // What is undone counts no longer; the one before it does again, as the restore that it was.
    try repository.putRecord(kind: .restore, id: "op3-undone", Array("{}".utf8))
    #expect(try OriginRecord.last(of: Self.shop, in: repository)?.snapshot == "second")
    #expect(try OriginRecord.operations(of: Self.shop, in: repository) == ["op3"])
  }

  @Test("A record of an earlier version is read, without what it did not have")
  func earlierOrigin() throws {
    let repository = try repository()
    let identity = #"{"name":"shop","oid":10,"systemIdentifier":"7"}"#
    let origin =
      #"{"at":1800000000,"database":\#(identity),"dataTime":1,"isWhole":true,"snapshot":"s"}"#
    try repository.putRecord(
      kind: .restore,
      id: "data-7-10-01800000000000000",
      Array(origin.utf8)
    )
    let last = try #require(try OriginRecord.last(of: Self.shop, in: repository))
    #expect(last.snapshot == "s" && last.operation == nil && last.omissions == nil)
  }

  @Test("A mark of an earlier version is read, without its place in the log")
  func earlierMark() throws {
    let repository = try repository()
    let stop = try stop(0, repository)
    try repository.putRecord(
      kind: .restore,
      id: "mark-\(stop.id)",
      Array(#"{"dataTime":1,"snapshot":"s"}"#.utf8)
    )
    let mark = try #require(try StopRecord.all(in: repository).first?.mark)
    #expect(mark.snapshot == "s" && mark.position == nil)
  }
}
