import Digests
import Problems
import Repository
import Testing

@testable import Snapshot

@Suite("A segment lists stripes")
struct SegmentTests {
  private func id(_ number: UInt8) throws -> ChunkID {
    try #require(ChunkID(Array(repeating: number, count: 32)))
  }

  private func sample() throws -> Segment {
    Segment(stripes: [
      Stripe(chunks: [try id(1)], rows: 3, bytes: 12, digest: DigestSum(low: 5, high: .max)),
      Stripe(chunks: [try id(2), try id(3)], rows: 0, bytes: 0, digest: DigestSum()),
    ])
  }

  @Test("What was written reads back")
  func roundTrip() throws {
    #expect(try Segment(decoding: try sample().encoded()) == sample())
  }

  @Test("A truncated segment is refused at every length")
  func truncated() throws {
    let bytes = try sample().encoded()
    for length in 0..<bytes.count {
      #expect(throws: Problem.self) { _ = try Segment(decoding: Array(bytes[..<length])) }
    }
  }

  @Test("Bytes behind the last stripe are refused")
  func surplus() throws {
    let bytes = try sample().encoded() + [0]
    #expect(throws: Problem.self) { _ = try Segment(decoding: bytes) }
  }

  @Test("A count that cannot be true is refused before memory is taken")
  func hostileCount() {
    let bytes: [UInt8] = [1, 0, 0, 0, 255, 255, 255, 255]
    #expect(throws: Problem.self) { _ = try Segment(decoding: bytes) }
  }
}

@Suite("Globals are shown without passwords")
struct GlobalsTests {
  @Test("A verifier is cut out, what stands behind it stays")
  func verifier() {
    let text = """
      \\restrict abc
      CREATE ROLE app;
      ALTER ROLE app WITH LOGIN PASSWORD 'SCRAM-SHA-256$4096:x=$y=:z=' VALID UNTIL '2027-01-01';
      \\unrestrict abc
      """
    let shown = Globals(Array(text.utf8)).withoutPasswords
    #expect(shown == "CREATE ROLE app;\nALTER ROLE app WITH LOGIN VALID UNTIL '2027-01-01';")
  }
}
