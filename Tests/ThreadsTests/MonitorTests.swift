import Foundation
import Testing
import Threads

@Suite("A monitor is state that threads wait for")
struct MonitorTests {
  @Test("What is given by some threads is taken by others, each thing once")
  func exchange() {
    let shelf = Monitor<[Int]>([])
    let taken = Monitor<[Int]>([])
    for giver in 0..<3 {
      Thread { for thing in 0..<100 { shelf.change { $0.append(giver * 100 + thing) } } }.start()
    }
    for _ in 0..<2 {
      Thread {
        for _ in 0..<150 {
          let thing = shelf.wait { $0.popLast() }
          taken.change { $0.append(thing) }
        }
      }.start()
    }
    let all = taken.wait { $0.count == 300 ? $0 : nil }
    #expect(Set(all) == Set(0..<300))
  }

  @Test("An answer that changes the state wakes others")
  func chain() {
    let turn = Monitor(0)
    for own in (1...4).reversed() {
      Thread {
        _ = turn.wait { turn -> Bool? in
          guard turn == own else { return nil }
          turn += 1
          return true
        }
      }.start()
    }
    turn.change { $0 = 1 }
    #expect(turn.wait { $0 == 5 ? $0 : nil } == 5)
  }
}
