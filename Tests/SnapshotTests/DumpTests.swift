import Digests
import ObjectStore
import Problems
import TestSupport
import Testing

@testable import Repository
@testable import Snapshot

@Suite("An imported dump is all that its manifest lists")
struct DumpTests {
  /// A repository with one dump of two files, each of several pieces in two segments.
  private struct Fixture {
    let store = MemoryStore()
    let repository: Repository
    let name: SnapshotName
    let pieces: [[UInt8]]
    let chunks: [ChunkID]
    let lists: [ChunkID]

    init() throws {
      repository = try Repository.create(in: store, encryption: .none)
      let pieces = (0..<4).map { number in Array("piece \(number) of a dump\n".utf8) }
      let writer = try repository.beginSnapshot(parent: nil)
      let encoder = try writer.makeEncoder()
      let chunks = try pieces.map { try encoder.write($0.span).id }
      let lists = try zip(chunks, pieces).map { chunk, piece in
        let stripe = Stripe(chunks: [chunk], rows: 0, bytes: piece.count, digest: .init())
        return try encoder.write(Segment(stripes: [stripe]).encoded().span, kind: .list).id
      }
      let files = [("a.dat", 0), ("toc.dat", 2)].map { name, first in
        let size = pieces[first].count + pieces[first + 1].count
        return Manifest.Dump.File(
          name: name,
          size: size,
          segments: Array(lists[first...(first + 1)])
        )
      }
      let dump = Manifest.Dump(
        form: .directory,
        source: nil,
        program: nil,
        databases: [],
        roles: [],
        isComplete: true,
        files: files
      )
      let manifest = Manifest(
        of: dump,
        name: "shop",
        encoding: "",
        serverVersion: 0,
        taken: "2026-01-30T02:00:00.000000Z"
      )
      let reader = try repository.makeReader()
      name = try writer.commit(manifest: try manifest.encoded(), at: try manifest.takenTime) {
        need in try manifest.visitChunks(reader) { id, _ in try need(id) }
      }
      (self.pieces, self.chunks, self.lists) = (pieces, chunks, lists)
    }

    var content: SnapshotContent { get throws { try .init(opening: name, in: repository) } }
  }

  @Test("Both walks, of a writer and of a collector, show every chunk")
  func closure() throws {
    let fixture = try Fixture()
    let content = try fixture.content
    let all = Set(fixture.chunks + fixture.lists)
    #expect(Set(try content.closure(try fixture.repository.makeReader()).map(\.id)) == all)
    let visitor = ClosureVisitor(try fixture.repository.makeReader(), among: 100)
    try content.manifest.visitChunks(visitor)
    #expect(Set(visitor.takeNeeded()) == all)
    try content.manifest.visitChunks(visitor)
    #expect(visitor.takeNeeded().isEmpty, "what lists have shown is not shown again")
  }

  @Test("Its files come back, and one that is shorter than it says is damage")
  func reading() throws {
    let fixture = try Fixture()
    var content = try fixture.content
    let file = try #require(content.manifest.dump?.files.last)
    var bytes: [UInt8] = []
    try content.read(file) { piece in for index in piece.indices { bytes.append(piece[index]) } }
    #expect(bytes == fixture.pieces[2] + fixture.pieces[3])
    content = try fixture.content
    var shorter = file
    shorter.segments.removeLast()
    let problem = #expect(throws: Problem.self) { try content.read(shorter) { _ in } }
    #expect(problem?.code == "snapshot.dump-size")
  }

  @Test("What is lost of it is told by file and bytes")
  func loss() throws {
    let fixture = try Fixture()
    #expect(try LossTests.losses(fixture.store, reading: .all).losses.isEmpty)
    let table = try fixture.repository.index.refreshed()
    let location = try #require(try table.locations(of: fixture.chunks[2]).first)
    let pack = Pack.name(table.packs[Int(location.pack)].id)
    fixture.store.damage(pack) { $0?[location.offset + 70] ^= 1 }
    let losses = try LossTests.losses(fixture.store, reading: .all).losses
    let expected = SnapshotLoss.Part(
      subject: .dumpFile("toc.dat", bytes: fixture.pieces[2].count),
      causes: [pack.text]
    )
    #expect(losses.map(\.parts) == [[expected]])
    #expect(losses.first?.whole.files == 2 && losses.first?.whole.wholeFiles == 1)
  }
}
