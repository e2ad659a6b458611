import Foundation
import Problems
import Testing

@testable import Operations

@Suite("Whether waves begin, go on, or are done")
struct WaveDecisionTests {
  private static func date(_ day: Double) -> Date { Date(timeIntervalSince1970: day * 86_400) }

  private static func record(
    data: Double,
    begun: Double,
    after restore: String? = "first",
    isFinished: Bool
  ) -> WaveRecord {
    WaveRecord(
      run: 1,
      origin: DataOrigin(dataTime: date(data), restore: restore, text: "snapshot"),
      downtime: (begun - data) * 86_400,
      isTogether: false,
      steps: [],
      begun: date(begun),
      isFinished: isFinished
    )
  }

  private func decide(
    given: Double? = nil,
    restored: (data: Double, at: Double)? = nil,
    last: WaveRecord? = nil,
    isAgain: Bool = false
  ) throws -> WaveDecision {
    try WaveDecision(
      given: given.map { DataOrigin(dataTime: Self.date($0), text: "given") },
      recorded: restored.map {
        DataOrigin(
          dataTime: Self.date($0.data),
          at: Self.date($0.at),
          restore: "first",
          text: "restored"
        )
      },
      last: last,
      isAgain: isAgain
    )
  }

  @Test("Without a restore that anybody recorded, a person must say how old the data are")
  func unknown() throws {
    let error = #expect(throws: Problem.self) { try decide() }
    #expect(error?.code == "waves.unknown-age" && error?.kind == .usage)
    let done = Self.record(data: 1, begun: 4, isFinished: true)
    #expect(throws: Problem.self) { try decide(last: done) }
  }

  @Test("What is under way goes on without being told anything")
  func goesOn() throws {
    let last = Self.record(data: 1, begun: 4, isFinished: false)
    #expect(try decide(last: last) == .goOn(last))
    #expect(try decide(given: 1, last: last) == .goOn(last))
    #expect(try decide(restored: (1, 3.9), last: last) == .goOn(last))
  }

  @Test("What is done stays done until the next restore, or until a person begins anew")
  func done() throws {
    let last = Self.record(data: 1, begun: 4, isFinished: true)
    #expect(try decide(restored: (1, 3.9), last: last) == .done(last))
    #expect(try decide(given: 1, last: last) == .done(last))
    guard case .begin = try decide(restored: (1, 3.9), last: last, isAgain: true) else {
      return #expect(Bool(false), "--again begins anew")
    }
    guard case .begin(let origin) = try decide(restored: (3, 4.1)) else {
      return #expect(Bool(false), "a restore without a run begins")
    }
    #expect(origin.dataTime == Self.date(3))
  }

  @Test(
    "A run that names its restore is about that one, whatever the clocks of host and server say"
  )
  func clocks() throws {
    for isFinished in [false, true] {
      let last = Self.record(data: 1, begun: 4, isFinished: isFinished)
      let expected: WaveDecision = isFinished ? .done(last) : .goOn(last)
      #expect(try decide(restored: (1, 4.1), last: last) == expected)
      #expect(try decide(restored: (1, 3.9), last: last) == expected)
    }
  }

  @Test("Where a run names no restore, a later one makes it a thing of the past")
  func superseded() throws {
    let last = Self.record(data: 1, begun: 4, after: nil, isFinished: false)
    #expect(try decide(restored: (1, 3.9), last: last) == .goOn(last))
    // Even of the same snapshot: the waves that were started are gone with the data.
    guard case .begin = try decide(restored: (1, 4.1), last: last) else {
      return #expect(Bool(false), "it must begin")
    }
  }

  @Test("What a person says of the time is about what was restored last")
  func given() throws {
    guard case .begin(let origin) = try decide(given: 2, restored: (1, 4)) else {
      return #expect(Bool(false), "it must begin")
    }
    #expect(origin.dataTime == Self.date(2) && origin.restore == "first")
  }

  @Test("Data of another time are refused while waves are under way")
  func otherRun() throws {
    let last = Self.record(data: 1, begun: 4, isFinished: false)
    let error = #expect(throws: Problem.self) { try decide(given: 2, last: last) }
    #expect(error?.code == "waves.other-run" && error?.kind == .refused)
  }
}
