import Files
import Foundation
import Problems
import Testing

@testable import Processes

@Suite("A child reads what it is fed")
struct FeedTests {
  private struct Enough: Error {}

  private func shell(_ script: String) -> Invocation {
    Invocation("sh", ["-c", script], environment: EnvironmentWhitelist.system.ofThisProcess())
  }

  @Test("Every byte arrives, more than any pipe holds, and the child's status and errors come back")
  func everything() throws {
    let piece = [UInt8](repeating: 7, count: 1_000_003)
    let outcome = try shell("wc -c >&2; exit 3").run { write in
      for _ in 0..<5 { try write(piece.span) }
    }
    #expect(outcome.status == .exited(3))
    #expect(outcome.errors.trimmingCharacters(in: .whitespacesAndNewlines) == "5000015")
  }

  @Test("A child that stops reading ends the feeding, and says why")
  func early() throws {
    let piece = [UInt8](repeating: 7, count: 1_000_003)
    var pieces = 0
    let outcome = try shell("head -c 10 > /dev/null; echo full >&2; exit 4").run { write in
      for _ in 0..<1000 {
        try write(piece.span)
        pieces += 1
      }
    }
    #expect(outcome.status == .exited(4) && outcome.errors == "full\n" && pieces < 1000)
  }

  @Test("An error of the one who feeds ends the child and is thrown on")
  func failure() throws {
    let start = ContinuousClock.now
    #expect(throws: Enough.self) {
      _ = try shell("cat > /dev/null; exec sleep 600").run { _ in throw Enough() }
    }
    #expect(ContinuousClock.now - start < .seconds(60))
  }

  @Test("A child never takes what it got until an error for the whole of its input")
  func noEnd() throws {
    let place = try TemporaryDirectory()
    let mark = "\(place.path)/ended"
    for _ in 0..<20 {
      #expect(throws: Enough.self) {
        _ = try shell("cat > /dev/null; touch \(mark)").run { write in
          try write([1, 2, 3].span)
          throw Enough()
        }
      }
      #expect(!FileManager.default.fileExists(atPath: mark))
    }
  }
}
