import Cryptography
import Foundation
import ObjectStore
import Testing

@testable import Repository

@Suite("Repositories of every format version stay readable")
struct GoldenTests {
  @Test("Version 1 opens, byte for byte as it was written in 2026")
  func version1() throws {
    let repository = try Repository.open(
      MemoryStore(try Self.objects()),
      passphrase: Secret(text: "golden")
    )
    #expect(repository.digestSeed == 9_125_207_910_677_385_192)
    let snapshot = try #require(SnapshotName("20260131T235959.123Z-79f9ad3c"))
    #expect(try repository.snapshots() == [snapshot])
    #expect(try repository.manifest(of: snapshot) == Array("manifest".utf8))
    #expect(try repository.record(kind: .proof, id: "proof") == Array("proof".utf8))
    let reader = try repository.makeReader()
    for chunk in Self.version1Chunks {
      let id = try #require(ChunkID(text: chunk.id))
      #expect(try reader.read(id, kind: chunk.kind) == Array(chunk.content.utf8))
    }
    let ids = Self.version1Chunks.compactMap { ChunkID(text: $0.id) }
    let report = try repository.check(reading: .all) { _, _ in ids }
    #expect(report.isSound && report.chunks == 3 && report.packsRead == 1)
  }

  /// The repository's objects.
  static func objects() throws -> [ObjectName: [UInt8]] {
    var objects: [ObjectName: [UInt8]] = [:]
    for (name, text) in version1Objects {
      let data = try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters))
      objects[try #require(ObjectName(name))] = Array(data)
    }
    return objects
  }

  private static let version1Chunks: [(id: String, kind: ChunkKind, content: String)] = [
    ("a70a103d6ac8367c1a44f427486d61d3c19c8724867291a234f5ee37799145e3", .data, "raw"),
    (
      "37a8db16fa2c69ebb8dcaa13c899ceb112047f1e720f226cc5856324c09ff000", .list,
      String(repeating: "compressed ", count: 50)
    ),
    (
      "b097fe6f001e1519a490ceff529da2b51109497af93441eff5246ccb3bf8322c", .text,
      "CREATE TABLE t ();"
    ),
  ]

  /// Every object in base64, written by the first version of this format.
  private static let version1Objects: [String: String] = [
    "format": """
    ewogICJmZWF0dXJlcyIgOiB7CiAgICAiY29sbGVjdCIgOiBbCgogICAgXSwKICAgICJyZWFkIiA6IFsKCiAgICBd
    LAogICAgIndyaXRlIiA6IFsKCiAgICBdCiAgfSwKICAiaWQiIDogIjZkMjY1ODMxYWUyMzUxNTY3ZTcxYTdlZDY0
    NzhmYjQ3IiwKICAibWFnaWMiIDogImRyeWRvY2sgcmVwb3NpdG9yeSIsCiAgInZlcnNpb24iIDogMQp9Cg==
    """,
    "index/3422c839408db92745520264b5469e21": """
    RFJZU0VBTDEBAQAAAAAAACwBAAAAAAAAILD6NlLSv9+3TiS+t3MvjveK+dDKs6GkcEBSPlQOdQJaSiIa3uMTaz4R
    z/ikUz//xvZ8g+5ISQz89CrcUgzfUo2hYYpMC2fCN4tDKT5p+sm3fKhlySazZOYvC2cZozWjLW5RPWLclKeh0aOD
    8OMeGKuyJ1h7FBt7tEzaj20dOXO1PrCgL8/EyNkfB7smrmR4w32XQA+e9nTRzhRQQnlfPSNn/wRUwqAfAeBmgKRQ
    w04kJec5jakcMz/0w16QzHEETikuP5n8xS2sl/S5IMvoDxQb/vzVM66oB+Ns9NGKNBhgdYb2r1C/bXpblAZfqTCj
    6n9sOTI=
    """,
    "keys/a5deb70a24704ac739e65a29a46becb2": """
    ewogICJraW5kIiA6ICJwYXNzcGhyYXNlIiwKICAibGFiZWwiIDogIm1hZGUgd2l0aCB0aGUgcmVwb3NpdG9yeSIs
    CiAgIm1hZ2ljIiA6ICJkcnlkb2NrIGtleSBzbG90IiwKICAibm9uY2UiIDogImM1OTAwMDY3NGU1NjhlMTNmYTA5
    NzM0YSIsCiAgInNjcnlwdCIgOiB7CiAgICAibiIgOiAzMjc2OCwKICAgICJwIiA6IDEsCiAgICAiciIgOiA4LAog
    ICAgInNhbHQiIDogImI5YTYxMzg4MDhiMjc0MjY4NDI3NTRjMjBlNjM0MTY1ZDYzYzUyOTQxNmM4ZTE5NDIwNDU5
    NGZkNTMzMTQ4YzYiCiAgfSwKICAidmVyc2lvbiIgOiAxLAogICJ3cmFwcGVkIiA6ICJmMmM1OTRhOTY2NWNlYmI3
    Nzg3ZmYwZTg0MGUzMDJhYWQ5YzFlMjZiMmYwMmU2YmE3Y2NjODg2YTRhMGIyM2JjZjQ2ZDJjYzdhYTIxYTQzYTcx
    MzYyMjg5NGUwYTkyNmE2ZDdkNzY3N2JmNjEzNzIxMmZlNTExYzE3ZWJkMmJmYzFmMjY0OGY3Mjk2YTc1ZDMwNGFl
    ZDU4MGFhODcxMTJiMTgwZDI4NjAzNWI0NzY2YTY4NzcwNTg3NTA0MDdkZGE4NzVkZmE4NWEyNGQyZGUwNDIyYTZm
    OGI4NTYyYWIwNjU3ZTUxYWJlMTBmMmFmZDc0OTUxMTRjNjgyMDY3Y2E2Yzc0NDkyNzkiCn0K
    """,
    "packs/51/5120e9f1bf0a73805afd1e1bac7f3c66094bdf3d8a3f7218a5e1a54eee181165": """
    RFJZUEFDSzEAAAAAAQAAAAMAAAADAAAApwoQPWrINnwaRPQnSG1h08GchySGcpGiNPXuN3mRReMNVmVZtOfDfG2o
    QGq1RXTgCosv13dpand8nt+aaK0bw2U1MvWyDDqnb5rXpZ0XawEBAAABAAAAJgIAABwAAAA3qNsW+ixp67jcqhPI
    mc6xEgR/HnIPImzFhWMkwJ/wAPRAQgXX6VGTKifSkq/6SEXgV5GkWwuL0kTr3Re0nZVyfReb3oEZuNbgQU81CGpE
    vnOqZglbRW81ZJjAfP1IrfnNnTv310tx9AIAAAABAAAAEgAAABIAAACwl/5vAB4VGaSQzv9SnaK1EQlJevk0Qe/1
    JGzLO/gyLNDX3aoexj2AmAd8gJnr5h95dHQEhGCC649ZMHX48KqecFUrge0gtLFH0kgkR1Jnly3mpUQ//SEFq+RX
    yGOcHcjLlpY9cslN+JKY5cDMbqV5EZkOEA7Ex3d/Yg0NJ8ZD1svqMRYb+FAzd4znHijjj48y1khHmbdEr8/CJj1P
    l0NC+EBQPXEvLg4yALqKdB3d5UorsrySFNE/p9/qLcE2QXxHDFhfo9VBPbZIgnKVaMl0Vv591c6lXXGo2HLgyx0l
    v0Jk65Ftpb19ZjEraSLXLMx0xV7qjmU9uJaPM3VWNiI3qMxYFzOaUwWjfXbcT0faeLJLDbh3+KWtniiJlf22G11o
    582VJLAHZdqaeDKoYn1vn3TEMwG22rQxeATqY3cbkp23knq3XVlrrcaktve7/7VF+rR+Elr7lacSv5IyxOVfqoXv
    j3DVIudW4uLkQ7wnyZm673R3+LoR4fjZy6TbKowRjc2x98FCxJDwLAEAAAAAAABEUllQRU5EMQ==
    """,
    "proofs/proof": """
    RFJZU0VBTDEFAAAAAQAAAAUAAAAAAAAA0REUowf0huK/O17Ooe0/V63W1usUNFwCtvZ9Iwg+B2LohRV/ZymO+SVY
    RBnC5yxUsA==
    """,
    "snapshots/20260131T235959.123Z-79f9ad3c": """
    RFJZU0VBTDECAAAAAQAAAAgAAAAAAAAAxS/rnCsUxg0F1pkrO58w2xGUhSzokzWvRvYvacjOtdzRBJW/kBg+k5ln
    rgKsvq1+wcPwSA==
    """,
  ]
}
