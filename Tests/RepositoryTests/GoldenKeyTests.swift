import Cryptography
import Foundation
import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("Key slots of every format version stay readable")
struct GoldenKeyTests {
  @Test(
    "Version 2 opens for passphrase, key file and host, byte for byte as it was written in 2026"
  )
  func version2() throws {
    var objects: [ObjectName: [UInt8]] = [:]
    for (name, text) in Self.objects {
      let data = try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters))
      objects[try #require(ObjectName(name))] = Array(data)
    }
    let store = MemoryStore(objects)
    let passphrase = Credential.passphrase(Secret(text: "golden"))
    let full = try Repository.open(store, with: passphrase)
    let file = try Repository.open(
      store,
      with: try Self.key(
        "drydock key 0c73a9008fb14a76abf9a84bce588370d522c20c782fe484d94c4ea40166caa6"
      )
    )
    let host = try Repository.open(
      store,
      with: try Self.key(
        "drydock host key 35b41bbdb8822108d1bc5334e72e37c5f9f552261532042b6b2eddbb4d30bec1"
      )
    )
    // The rotation began generation 3 for full slots and 4 for the host, which had 2.
    #expect(full.keys.currentGeneration == 3 && file.keys.currentGeneration == 3)
    #expect(host.keys.currentGeneration == 4 && host.keys.ownGenerations == [2, 4])
    #expect(full.role == .full && file.role == .full && host.role == .write)
    #expect(full.digestSeed == file.digestSeed && full.digestSeed == host.digestSeed)
    #expect(full.keys.indexKey.matches(host.keys.indexKey))
    #expect(full.keys.signer != nil && file.keys.signer != nil && host.keys.signer == nil)
    let authorities = [file, host].map(\.keys.authority)
    #expect(authorities == [full.keys.authority, full.keys.authority])
    let labels = try KeyKeeper(store, passphrase).list().slots.map(\.label)
    #expect(Set(labels) == ["made with the repository", "file", "host"])
    let removed = #expect(throws: Problem.self) {
      try Repository.open(
        store,
        with: try Self.key(
          "drydock host key 43c2b8b05d74f90c96a3877b9580448f19d09806cc2698f4ec762e39be7f1b6b"
        )
      )
    }
    #expect(removed?.code == "repository.wrong-key-file")
  }

  private static func key(_ text: String) throws -> Credential {
    .keyFile(try KeyFile(decoding: Array(text.utf8), from: "golden"))
  }

  /// Every object in base64, written by the first version of this format that had recipients.
  private static let objects: [String: String] = [
    "format": """
    ewogICJmZWF0dXJlcyIgOiB7CiAgICAiY29sbGVjdCIgOiBbCiAgICAgICJkZWx0YSIsCiAgICAgICJyZWNpcGllbnRz
    IgogICAgXSwKICAgICJyZWFkIiA6IFsKICAgICAgImRlbHRhIiwKICAgICAgInJlY2lwaWVudHMiCiAgICBdLAogICAg
    IndyaXRlIiA6IFsKICAgICAgInJlY2lwaWVudHMiCiAgICBdCiAgfSwKICAiaWQiIDogIjliYjgzNzBlNGQ4YTMxOWVl
    OTI5NDRjOWI3NDdkNTBhIiwKICAibWFnaWMiIDogImRyeWRvY2sgcmVwb3NpdG9yeSIsCiAgInZlcnNpb24iIDogMQp9
    Cg==
    """,
    "keys/26f82c3d26cc83db79b3a846af6a7339-00000003": """
    ewogICJhdXRob3JpdHkiIDogIjdhZWQ0MTEyZDM3MzAwZDIxNWE2YWFkMzc5NTg5ZTg2YzRkYzk1YzZkNjY2ZDJjYzdj
    NWFjYzcyZjczNWUwZDciLAogICJjcmVhdGVkIiA6IDE3OTUyNDc1MjksCiAgImVwaGVtZXJhbCIgOiAiZTBiZjBhOGUz
    YzhjODY0NzlkNDBiNDEwZGQ1OGQ4ZTIwOGYwYWJiN2NmYjgxMDhlNjNmZjJmMTY4YzFjNGIzMyIsCiAgImdlbmVyYXRp
    b25zIiA6IFsKICAgIDEsCiAgICAzCiAgXSwKICAiaGlnaGVzdCIgOiA0LAogICJpZCIgOiAiMjZmODJjM2QyNmNjODNk
    Yjc5YjNhODQ2YWY2YTczMzkiLAogICJraW5kIiA6ICJwYXNzcGhyYXNlIiwKICAibGFiZWwiIDogIm1hZGUgd2l0aCB0
    aGUgcmVwb3NpdG9yeSIsCiAgIm1hZ2ljIiA6ICJkcnlkb2NrIGtleSBzbG90IiwKICAibm9uY2UiIDogIjczYmZlZTg2
    ZGYxMTAwNDI1YTRjMmQ1YiIsCiAgInB1YmxpY0tleSIgOiAiYTI3ZTVlNzYwYWM1OGM0N2RhMzM2ZDczYTc3ZjY0MDdk
    YzcwYjg3YzMwZmI1NjA3NzcwNDljYWNkN2Y0ZWIzMyIsCiAgInJldmlzaW9uIiA6IDMsCiAgInJvbGUiIDogImZ1bGwi
    LAogICJzY3J5cHQiIDogewogICAgIm4iIDogMzI3NjgsCiAgICAicCIgOiAxLAogICAgInIiIDogOCwKICAgICJzYWx0
    IiA6ICIzMWE1MTE2NzQ5ZWJmYTU0OWZhODUxMzdjYjQxMDdiMWZlZGIyNzBmMWFjOGM1NWE1ODYwZThmZjNlMzU0ZDhk
    IgogIH0sCiAgInNpZ25hdHVyZSIgOiAiZTRjNTY2YjFmMjEzZTVjYzQ1YjY2Mzk1MjE5OGY4YWJhYjRmNjY5YTcwNzUy
    OTFmMTc4MTFiNDAxZjEwY2I5MGMyMGM0MTU5YWM2NzdmMjllMTZiMGU4MDQ2OGFmZTMxNWVjZmM4ZWQxYWY2ZjU1NGIw
    MTQ0YjBiYWI2NDE3MGYiLAogICJ2ZXJzaW9uIiA6IDIsCiAgInZvdWNoZXIiIDogImU0NmVhMDFlNjdhMzA0Y2FiZTI1
    OTAyNjQzMmNlM2UzMzI5NmQ3OTUzMTNmNmE3NmFmYTVhYjA0Mzg4ZTlkYzAiLAogICJ3cmFwcGVkIiA6ICI0NTZiMDdl
    NzZiODU0MGQ0MTFkMjlmMDQ0NzMzODJiNmJkY2NiZjU5ZThjOGU4ZGI4OWY0MjAzZTliNWRlMmEzNzg1ZmMwZjQ5ZGRh
    NjJmY2UwMDY5NmNmYWVlMTVlMThjYWIyZDQ5MmJmNDdmMzhhYzg4OTljZTVhYWYwMzRmMjBmYzEyYzEwMDEyN2UzNzk2
    YjI3ZWU0MjQwMzRkZDU0ZWI2NWMzNjEwYTAxNjA3YmU1MmE3YWIzZDgyNjYyMzFiYmZjMmE1OTA1ZThjMmM1ODMwOGMy
    MDdhZDk3MDNmOTdjYjA4MzZmNDI3Y2JhZjc1NmMyYmNkMDhlNDI2MmQyZTc3NmI5NDUxYjBhM2Q2Nzg1ZmNhNmY5ZmEw
    ZTA2MjczOTMxMTMwMzM1MDFhMmM2NWJmNTM4YzYxOWZmZjZjZjk1MzM3YTM4NjQxZWY3ODY3MDA1NDgxN2ZhOTU5MTgx
    YjdjNDAxNDE2YTIwYWI1MDFkMjdmZDc4MDcwNzY2M2U3M2JhZmIxZTg1NTMzMGY0YzY4YWE2NzJiMzU0MzRmNzhlY2Qy
    ZmYyMmYyYmEwNzA4OTMxZmUzYzJjZGZhMDdiMzZiMWVkOWJiOGExNDdiMTc2YzUxYWRhZjk5MjVmNTdjNDc0YmVlM2M3
    MTQiCn0K
    """,
    "keys/7ded06ec4f9845abe07c4f05401d93c8-00000002": """
    ewogICJhdXRob3JpdHkiIDogIjdhZWQ0MTEyZDM3MzAwZDIxNWE2YWFkMzc5NTg5ZTg2YzRkYzk1YzZkNjY2ZDJjYzdj
    NWFjYzcyZjczNWUwZDciLAogICJjcmVhdGVkIiA6IDE3OTUyNDc1MzAsCiAgImVwaGVtZXJhbCIgOiAiZGJmYTdhZjZk
    YzAxYTExODQzODE2N2JjY2EwMzQ3N2Y1YjkzZGRlZDU0NjQ4MWE3YzEzOTEyM2ViNTQ1NDAzNiIsCiAgImdlbmVyYXRp
    b25zIiA6IFsKICAgIDIsCiAgICA0CiAgXSwKICAiaGlnaGVzdCIgOiA0LAogICJpZCIgOiAiN2RlZDA2ZWM0Zjk4NDVh
    YmUwN2M0ZjA1NDAxZDkzYzgiLAogICJraW5kIiA6ICJyZWNpcGllbnQiLAogICJsYWJlbCIgOiAiaG9zdCIsCiAgIm1h
    Z2ljIiA6ICJkcnlkb2NrIGtleSBzbG90IiwKICAibm9uY2UiIDogImQ5YzU4NGU0NWY1MmYwN2Q0NDQ2OTU4NiIsCiAg
    InB1YmxpY0tleSIgOiAiOGQzOWM5OTE1YzM0NzM1MGI2Yjk0ZjJlYmEzY2Q5NWViZjY5YTJlZTBhMDFkZDMyYjgzNWM0
    MmQyMzQwZGQ2YiIsCiAgInJldmlzaW9uIiA6IDIsCiAgInJvbGUiIDogIndyaXRlIiwKICAic2lnbmF0dXJlIiA6ICJk
    OTk4ZTQwMGE2ZGYwNDRkMjdhY2VhNzdhMGZkNGJkOTRmZGE3ODkxNmVlNmU5MjNmNzM0YTczM2RmMTU3ZWU1MzkwZjhk
    NDRlNWRkNmY5YTY0ZDY3ZjliZWYzNmMwOGFiMjQ4ZDM5ODNjZGM3MWQ4OGQ0N2NkMTk0N2NhMzMwOSIsCiAgInZlcnNp
    b24iIDogMiwKICAid3JhcHBlZCIgOiAiOWNiMTdlODQxNzM3NjhhNzFmMjczYjAwOWU4ODc2Y2RmNjNjNzYyNzhlYzZl
    NWEyZDc2ZDQ5MDgxOWJjMzA3NjcwNGY5NWNhODQ3ZDU2ZmJmMzlkNTY3NTMwMzcyNDI1ZjJiMjMyOTQzNjVmOTMxNTJl
    MDRmYjhmMTFjNzQ0MzhhZWE3MmI0ZmQ1YWQwNTk1NjE1MDhlYjI0MDYyNTczNGJkNThiYWNhZTgzOGU3ZjYzNDI4NjJh
    ZTgxZDMwMDRmMmUxZjM0MmI5YTliMjA3NDJlNGE4YjM5NDU1MDhlNjFmODNkOTBiZDZjMWRkMjkxNjBhNGI2MjFjNGVi
    MDdhYmQ5ZmM3OWMzZjM3YTc0N2EzYmVlY2IwODU3YmQyMmQ1Yjk2MjE4MzYyNTBjMWUwOGZlZGUyMWFkMzk0MTE4Yzcx
    MDliY2IzN2M3ODY4MWNiMjNmNCIKfQo=
    """,
    "keys/bef6b3774c80f64db446cbd68d6cc289-00000003": """
    ewogICJhdXRob3JpdHkiIDogIjdhZWQ0MTEyZDM3MzAwZDIxNWE2YWFkMzc5NTg5ZTg2YzRkYzk1YzZkNjY2ZDJjYzdj
    NWFjYzcyZjczNWUwZDciLAogICJjcmVhdGVkIiA6IDE3OTUyNDc1MjksCiAgImVwaGVtZXJhbCIgOiAiNThkMDFjMThl
    YjA4YzdlNGZiMzc1OWYzMTZlOTEwMmE4NTUzZjMwMjMzMjdjNzNjNTNjMjZlNjA3ZWYzMjEzOCIsCiAgImdlbmVyYXRp
    b25zIiA6IFsKICAgIDEsCiAgICAzCiAgXSwKICAiaGlnaGVzdCIgOiA0LAogICJpZCIgOiAiYmVmNmIzNzc0YzgwZjY0
    ZGI0NDZjYmQ2OGQ2Y2MyODkiLAogICJraW5kIiA6ICJrZXlmaWxlIiwKICAibGFiZWwiIDogImZpbGUiLAogICJtYWdp
    YyIgOiAiZHJ5ZG9jayBrZXkgc2xvdCIsCiAgIm5vbmNlIiA6ICIzZDJhNThjNmUzNmRjZTdkOTNjYWU1ODUiLAogICJw
    dWJsaWNLZXkiIDogIjFlMjVjYzY3MzU2NTk4YzEyZmYyOTIyZDA1NmFhYTA0YjNjMjM4YjA3N2FhMjFjMWM4MmQ0NDI3
    ZGZmYjI5NTEiLAogICJyZXZpc2lvbiIgOiAzLAogICJyb2xlIiA6ICJmdWxsIiwKICAic2lnbmF0dXJlIiA6ICI2MGZh
    NGJiZTY5NzQ3NGYwN2U3YzM0NzYxZTYyZTVlOWE4ZWUyMzdmNTZjNWMzZDkwMDExOTYxM2RlNTZmZTdjYTc4YjBlNzA5
    Y2E2MDVlNGE1NzZjMGU4YjU5YTU4ZThkZTdkYzJlNTc1OTczNGVhYmNiYjJmNGQwMDlmOGYwMiIsCiAgInZlcnNpb24i
    IDogMiwKICAidm91Y2hlciIgOiAiMjk1NTZkNDViNDgxMTAxODc2MzA2MGM3M2FmYjhmODJiM2M3YmE0ZjE3ZTdhNDM1
    ZGU3ZTNiNjY2OTk5OGE0NCIsCiAgIndyYXBwZWQiIDogImRmZjU0MmNlMTYxMWJlMGRhYmQ0YjY4OTVkNzIzMDRlMzM2
    Y2UzZTBlMDRkNjU1MDc5ZjIwYWM4OTYxMTkzNzc5NGRkNGZkOTdhZmIxNTNlOTU1ZWUxMmFlMDU3NTEyOGVlOTJjZDk2
    OTJiM2I0MTU5NjU1MzFkZDU5MGY5MGQ1ZmY3ZmM4ZjhjMDhlOWUxMDc2OGMyNmUxODdiNWQzYzE4M2UwOWRiNWIyNTEz
    MDBlZmVhY2M2NzI2NTE2MTI0NDczY2ViYWYxZGE3YjYzNzc2ZTdmZDQ2M2U5MDdjM2IzY2Q1YzZhZGU5OTc0NjJjOWE0
    MDZhMDA0MjI1ZmY0YTMxN2JhMDY5ZDJkMTUzYjYyMmYwNjg5YzI2NjRjZGViY2ZiNjkwNjAzNjk0NmE4MTkzMjk0MmRk
    MDU2ZDY3ZWM3MTU3MjY5Y2FkMzdkZWI3N2ZjM2VmZTU2OGY0MGVlM2UzOGE2ZDNlYTM1MzhjMDQzMTU2ODQ2MTFjOGVh
    YmFmNDQ3MWZmYmM1Mzg4NGI5OWMxOWEzZDZmNzRlZDBlYjViYTkwYzYyNGMyZWU0N2E0MjYwNDc4ZWNjYTJiMWI4ZDM5
    MGYxMmU1NjA0YWZjYTYyNjViN2U4NWI3OWNlN2YwNmU1Y2ZkNWNkMzI4ZSIKfQo=
    """,
    "keys/fa969c7e7ae3d1e9866263a4bfa52826-00000002": """
    ewogICJhdXRob3JpdHkiIDogIjdhZWQ0MTEyZDM3MzAwZDIxNWE2YWFkMzc5NTg5ZTg2YzRkYzk1YzZkNjY2ZDJjYzdj
    NWFjYzcyZjczNWUwZDciLAogICJjcmVhdGVkIiA6IDE3OTUyNDc1MzAsCiAgImVwaGVtZXJhbCIgOiAiIiwKICAiZ2Vu
    ZXJhdGlvbnMiIDogWwoKICBdLAogICJoaWdoZXN0IiA6IDAsCiAgImlkIiA6ICJmYTk2OWM3ZTdhZTNkMWU5ODY2MjYz
    YTRiZmE1MjgyNiIsCiAgImtpbmQiIDogInJlbW92ZWQiLAogICJsYWJlbCIgOiAiZ29uZSIsCiAgIm1hZ2ljIiA6ICJk
    cnlkb2NrIGtleSBzbG90IiwKICAibm9uY2UiIDogIiIsCiAgInB1YmxpY0tleSIgOiAiIiwKICAicmV2aXNpb24iIDog
    MiwKICAicm9sZSIgOiAiZnVsbCIsCiAgInNpZ25hdHVyZSIgOiAiNzVkZWFjMzk3NzRiZGNjMjJlYWU2OTZhYWNjZTc1
    MTZmNGY1MDE0ZTFlNzk1ZWMyZWJhN2I4MmU1NWNkNWM0NTczYTE0NTc1YThjZGE0OGNkODFjN2M0Mjk5MTQ5YzE0ODNm
    YmQ2NTA5ZDAyMmU3ZTE2MTE0NGZmOWViYmFhMGEiLAogICJ2ZXJzaW9uIiA6IDIsCiAgIndyYXBwZWQiIDogIiIKfQo=
    """,
  ]
}
