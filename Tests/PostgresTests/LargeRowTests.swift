import Dispatch
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("Large rows are admitted one at a time")
struct LargeRowTests {
  /// What two readers and their gate did, in the order in which they did it.
  private final class Record: Sendable {
    private let events = Mutex<[String]>([])
    /// Raised each time that a large row waits at the gate.
    let waiting = DispatchSemaphore(value: 0)

    func note(_ event: String) { events.withLock { $0.append(event) } }
    var all: [String] { events.withLock { $0 } }
  }

  @Test("The second of two rows of 100 MB enters when the first has been dealt with")
  func oneAtATime() throws {
    try withDatabase(on: .v15) { database in
      let record = Record()
      let gate = LargeRowGate { event in
        record.note("\(event)")
        if event == .waiting { record.waiting.signal() }
      }
      let failures = Mutex<[String]>([])
      // Whoever is dealt with first stays inside until the other stands at the gate.
      let readers = DispatchGroup()
      let read: @Sendable () -> Void = {
        do {
          let connection = try Connection.open(database)
          connection.gate = gate
          try connection.copyOut("COPY (SELECT repeat('x', 100000000)) TO STDOUT") { row in
            let isFirst = !record.all.contains("left")
            if isFirst { for _ in 0..<2 { record.waiting.wait() } }
            record.note("row of \(row.count)")
          }
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      for number in 0..<2 {
        DispatchQueue(label: "reader \(number)").async(group: readers, execute: read)
      }
      readers.wait()
      #expect(failures.withLock { $0 } == [])
      let order = record.all.filter { $0 != "waiting" }
      let visit = ["entered", "row of 100000001", "left"]
      #expect(order == visit + visit)
      #expect(record.all.filter { $0 == "waiting" }.count == 2)
    }
  }

  @Test("A row that fits goes past the gate, and a reader that stops leaves it open")
  func gateStaysOpen() throws {
    struct Stop: Error {}
    try withDatabase(on: .v15) { database in
      let record = Record()
      let connection = try Connection.open(database)
      connection.gate = LargeRowGate { record.note("\($0)") }
      try connection.copyOut("COPY (SELECT repeat('x', 1000000)) TO STDOUT") { _ in }
      #expect(record.all == [])
      #expect(throws: Stop.self) {
        try connection.copyOut("COPY (SELECT repeat('x', 100000000)) TO STDOUT") { _ in
          throw Stop()
        }
      }
      #expect(record.all == ["waiting", "entered", "left"])
    }
  }
}
