import Testing

@testable import Rehearsal

@Suite("Sampled locks are summed up")
struct LockTallyTests {
  private let share = Look.Lock(relation: 1, mode: "ShareLock")
  private let exclusive = Look.Lock(relation: 1, mode: "AccessExclusiveLock")
  private let other = Look.Lock(relation: 2, mode: "RowExclusiveLock")

  @Test("A lock counts from the sample that shows it to the first that does not")
  func time() {
    var tally = LockTally()
    tally.take([share], at: 1)
    tally.take([share, other], at: 3)
    tally.take([other], at: 4)
    tally.take([], at: 8)
    #expect(tally.held == [share: 3, other: 5])
  }

  @Test("Of several modes on a table the strongest is told, with its own time")
  func strongest() {
    var tally = LockTally()
    tally.take([share], at: 0)
    tally.take([share, exclusive], at: 2)
    tally.take([share], at: 3)
    tally.take([], at: 10)
    #expect(tally.strongest[1]?.mode == "AccessExclusiveLock")
    #expect(tally.strongest[1]?.seconds == 1)
    #expect(tally.strongest.count == 1)
  }

  @Test("Writers are kept out in whatever mode a table is locked against them")
  func blocked() {
    var tally = LockTally()
    tally.take([share, other], at: 0)
    tally.take([share, exclusive], at: 2)
    tally.take([], at: 3)
    #expect(tally.blockedSeconds(of: 1) == 3)
    #expect(tally.blockedSeconds(of: 2) == 0)
  }

  @Test("What the last sample shows has no time yet, and what none shows is nothing")
  func ends() {
    var tally = LockTally()
    #expect(tally.held.isEmpty)
    tally.take([share], at: 5)
    #expect(tally.held.isEmpty)
  }
}
