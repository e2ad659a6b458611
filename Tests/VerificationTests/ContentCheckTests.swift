import Digests
import Foundation
import ObjectStore
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Verification

@Suite("What a snapshot lacks")
struct ContentCheckTests {
  @Test("is told of every part, not only of the first")
  func everyPart() throws {
    let repository = try Repository.create(in: MemoryStore(), encryption: .none)
    let writer = try repository.beginSnapshot(parent: nil)
    let encoder = try writer.makeEncoder()
    let nowhere = try #require(ChunkID(Array(repeating: 7, count: ChunkID.length)))
    let stripe = Stripe(chunks: [nowhere], rows: 1, bytes: 2, digest: .init())
    let stripes = Segment(stripes: [stripe]).encoded()
    let segment = try encoder.write(stripes.span, kind: .list).id
    let objects = try LargeObjectList(items: [
      .init(oid: 1, owner: "o", grants: [], comment: nil, size: 2, chunks: [nowhere])
    ]).encoded()
    let list = try encoder.write(objects.span, kind: .list).id
    var manifest = Manifest.sample
    manifest.definition.archive = [nowhere]
    manifest.tables = [
      .sample("jobs", segments: [segment]), .sample("lost", segments: [nowhere]),
      .sample("orders", segments: [segment]),
    ]
    manifest.largeObjects = [list]
    let name = try writer.commit(
      manifest: try manifest.encoded(),
      at: Date(timeIntervalSince1970: 1_769_824_800),
      closure: [segment, list]
    )
    let content = try SnapshotContent(opening: name, in: repository)
    let findings = try ContentCheck(content).presence()
    #expect(
      findings.map(\.subject) == [
        "the definition", "public.jobs", "public.lost", "public.orders", "the large objects",
      ]
    )
    #expect(findings.allSatisfy { $0.text == "1 of 1 chunks are missing" })
  }
}
