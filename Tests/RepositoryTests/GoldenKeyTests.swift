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
        "drydock key 05cb2fc8d20b57d90b6f0e872c7fdb4c5440616a635764adb14ab2e97ab5f416"
      )
    )
    let host = try Repository.open(
      store,
      with: try Self.key(
        "drydock host key 3c133d444a9dbea6d1301a9791ef1b20f2ec0e08c632100115e1e4285802db47"
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
          "drydock host key fc42b1a792266657f4c92a96431aa2f8786ac960dceca2e1502b8445b3ff1cf6"
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
    IiwKICAgICAgIm1hcmtzIgogICAgXSwKICAgICJyZWFkIiA6IFsKICAgICAgImRlbHRhIiwKICAgICAgInJlY2lwaWVu
    dHMiCiAgICBdLAogICAgIndyaXRlIiA6IFsKICAgICAgInJlY2lwaWVudHMiLAogICAgICAibWFya3MiCiAgICBdCiAg
    fSwKICAiaWQiIDogIjM5MjI5NTE5MWIzNTRjY2U0NzRiZjk3MjA4Yzc5MzVjIiwKICAibWFnaWMiIDogImRyeWRvY2sg
    cmVwb3NpdG9yeSIsCiAgInZlcnNpb24iIDogMQp9Cg==
    """,
    "keys/1636c53be25ff5b7193ee5029ee8f1d0-00000002": """
    ewogICJhdXRob3JpdHkiIDogImQ1MGJkOTllODM3MmFkYTg0NzhmNDIyNDliODE2MDRhNTFkNTAyOGE2MThhOWYxMDkx
    NTNmMmY2MDkwM2ZmYjMiLAogICJjcmVhdGVkIiA6IDE3OTUyNTY2NzcsCiAgImVwaGVtZXJhbCIgOiAiYjI0YWJhNDJj
    ZDJkM2QwNDRkZjg5ZWRlZWYxZjc4MWQ4YzMyMDc5MGIyODQ0YTQ2YWJhZDk3MjA3YWVkMGUyZSIsCiAgImZvcm1hdEhh
    c2giIDogImJjYjFjZjcwNmY4ZjAwZGFkMDQ2NGQzMmI3M2MxZWFiMDdmNzQ0M2FlMjJlNjA3NTk3OWQ5ZmRkNjk5ZmQz
    NzgiLAogICJnZW5lcmF0aW9ucyIgOiBbCiAgICAyLAogICAgNAogIF0sCiAgImhpZ2hlc3QiIDogNCwKICAiaWQiIDog
    IjE2MzZjNTNiZTI1ZmY1YjcxOTNlZTUwMjllZThmMWQwIiwKICAia2luZCIgOiAicmVjaXBpZW50IiwKICAibGFiZWwi
    IDogImhvc3QiLAogICJtYWdpYyIgOiAiZHJ5ZG9jayBrZXkgc2xvdCIsCiAgIm5vbmNlIiA6ICI1ZTViNjUxN2Q4ZDUz
    Yjg1MzQ4MGM4MjgiLAogICJwdWJsaWNLZXkiIDogIjgyOWMzYjZkYTczZDc4NjIzMTMzNDIyNGQ4NzI4ODk2MDkxNWYw
    YTI3NGFkZThhMDRhNDU4YjBhZjRlY2FjMzEiLAogICJyZXBvc2l0b3J5IiA6ICIzOTIyOTUxOTFiMzU0Y2NlNDc0YmY5
    NzIwOGM3OTM1YyIsCiAgInJldmlzaW9uIiA6IDIsCiAgInJvbGUiIDogIndyaXRlIiwKICAic2lnbmF0dXJlIiA6ICIw
    Nzg5NTkxNTUwYzQ1YTc0ZWZkZGJmNjIxMWQ4N2VjNjBiZjA2OTBhOTE3MjljNGUwYTMyMDQxZjdjNTMyYzQwYjUwZmQw
    MTU5MWY3YzdiM2Y0ZDM4MDJjZjgwN2MxNzBjMjgwZjAxYjc0MjBhYzFlMDQwYWJlNTUxMzJjOWMwMCIsCiAgInZlcnNp
    b24iIDogMiwKICAid3JhcHBlZCIgOiAiMDhiODRmOTMyNTAyYWRmNjA1MGE3MGY1MjJjNzA1MWU5NTBmMTZhNWEwNjU2
    ZmMyNTdkZTQ2YThmMTgyYmQyNGE5N2ExY2MwYThkMjgyNjFhOTc3ZDNkZTg5ODU3YzQ3MGZkYjJjZjMzODZiZWJhZTg3
    ZmRkODIyNDg0ZDY2YTIwOTk3ZDY2ZjdjNDQ2ZTAyNjAyZDY4OTAyZTg1ZmM0ZTE2NGE2NmIwNzUwMTQ0MjQwMzMxZDkw
    ZmZkNmM5MzljZGY5YThlZGJjODc0NjgyMmFkNTgyMDhhZTkyOGY0NWM5OTI3YTc0NmU1Y2JlNjhkMmY1MWU0ODc3YjA0
    NWJmNTI1ZGEyN2ExYzkyMGU0ZjdiNWM1Njc0Yjk2MTE2MTk5YTFhNWJiMzViOTJhMGYwMDNjZWZiZGNmNTRhZTFiMWIy
    NDk1OWJmNjMwOGIzMDliNjRjZCIKfQo=
    """,
    "keys/368098b26f1a1283c2f5bc58f6d4d02c-00000003": """
    ewogICJhdXRob3JpdHkiIDogImQ1MGJkOTllODM3MmFkYTg0NzhmNDIyNDliODE2MDRhNTFkNTAyOGE2MThhOWYxMDkx
    NTNmMmY2MDkwM2ZmYjMiLAogICJjcmVhdGVkIiA6IDE3OTUyNTY2NzYsCiAgImVwaGVtZXJhbCIgOiAiYmRjOGJjYmI2
    M2VlNjBlMTZiMjYxMmFlYjU2MGRmNDJjMDU1MTA2ZmU0NzU2NWY0NzZjOWNmMTEwZjgxMzc1MyIsCiAgImZvcm1hdEhh
    c2giIDogImJjYjFjZjcwNmY4ZjAwZGFkMDQ2NGQzMmI3M2MxZWFiMDdmNzQ0M2FlMjJlNjA3NTk3OWQ5ZmRkNjk5ZmQz
    NzgiLAogICJnZW5lcmF0aW9ucyIgOiBbCiAgICAxLAogICAgMwogIF0sCiAgImhpZ2hlc3QiIDogNCwKICAiaWQiIDog
    IjM2ODA5OGIyNmYxYTEyODNjMmY1YmM1OGY2ZDRkMDJjIiwKICAia2luZCIgOiAicGFzc3BocmFzZSIsCiAgImxhYmVs
    IiA6ICJtYWRlIHdpdGggdGhlIHJlcG9zaXRvcnkiLAogICJtYWdpYyIgOiAiZHJ5ZG9jayBrZXkgc2xvdCIsCiAgIm5v
    bmNlIiA6ICJkNTgwMWU4ZTgyYzcxMWIxMDFkYmNhYzciLAogICJwdWJsaWNLZXkiIDogIjBjYzFjZjFkYTE0YmMwMGJh
    YmE3ZDk0MjkwZGQ0NjZlMDYzZGY4YTJjODJlN2FjYjE5ZWY0Zjg2YzA5Y2U0MDgiLAogICJyZXBvc2l0b3J5IiA6ICIz
    OTIyOTUxOTFiMzU0Y2NlNDc0YmY5NzIwOGM3OTM1YyIsCiAgInJldmlzaW9uIiA6IDMsCiAgInJvbGUiIDogImZ1bGwi
    LAogICJzY3J5cHQiIDogewogICAgIm4iIDogMzI3NjgsCiAgICAicCIgOiAxLAogICAgInIiIDogOCwKICAgICJzYWx0
    IiA6ICIwZWI5ZTczOTM0MTg1NDZmMzlhYWNiZDMxYjllNTFiNmE0YTcwNDk3MTFhNjkwNTNjOTQ5N2NlMDJlYzgxNTM5
    IgogIH0sCiAgInNpZ25hdHVyZSIgOiAiMzUxYWFlYzJkMTIwMmU4YzU3MmVlYjNiZGU4YWU4ODk4YzZjN2U4OWY2OWI2
    ZTQwYTViNTkzZjRiMTczZjA4OTE4NGE0MDQxNTA5YjEyNTY1YzA1MDA1OTQzN2Y2ZjVlZDQ1NWIzMzE5MjE0ZTUxOTc5
    ZWU1NDUxYTljYzgwMDEiLAogICJ2ZXJzaW9uIiA6IDIsCiAgInZvdWNoZXIiIDogImFjZmM3NTk5OGNjZjFiYTA1OTc4
    MjAzMWFlM2FmNjM1MTY2OTMzMTdkODJhMzM4YjY5NmM2MThlYTU2NzlkNDUiLAogICJ3cmFwcGVkIiA6ICJjYjY2YTBi
    ZDQ5ZjRmODc4ZmYyOGU2ZGE4ZGZhZjlmNDRkZjcyNDk2ODhkODE4MzA1YTA5MDgwOTZjMDI4MDIxMjAyYTYyNGE0ZTFm
    Yjc5NGMwOGU0ODk4N2IzYzU5OTRjOWRlYjI5YTg3Mzc5NTI3OWY1MGI2M2VhZDU3Yzc2NGFiNDYwZWI3Nzc4YWVjOTg4
    ZTBmOGFkMjM0MTI1NjdkMmJkNjZhNjA2ODFkYzJiZDMzM2M1NDhhZGJjMjI0MWZlZmRkODkzNWQ2ZjUxZmRjZDZmZWQy
    YjI5MjEwODNjYTMxNmQ4NGEyZDkwOTJkMGRhZmQyYWExM2M5NDkwNTkxZDQ2OTJiN2M1ODg4MzdmMTUyMjRiNWE1YTg1
    OWVkZGIwMzhiOGQ0MmY1ZWE5NjViMjg1ZDNhYWVhMmU1ZmE5ZWU5ZDI0NDhmYmIyNmI1MTJmMWU4NWNiY2JhYzNjNTM2
    OTVmODQ2NzVmZTBmZDAxYmY3YTIyZWFjMTcxMWNlZjMwMzgzZmI5Yjk4OTI4MTQ3ZWY4NDIzZjBjNTQyZTYzNWIzOTI2
    ZTQxMTFlM2JkYTdhYWQ5ZTIwNTQ1ZWMwNTk2MmNiMTI1ZjAyYTE0YTdiNTUwYzYzOGRjYjg1ZDcwNzdlZDU0ODQ3M2U1
    YjMiCn0K
    """,
    "keys/bea1326df7ce439166345b9d94a61b53-00000003": """
    ewogICJhdXRob3JpdHkiIDogImQ1MGJkOTllODM3MmFkYTg0NzhmNDIyNDliODE2MDRhNTFkNTAyOGE2MThhOWYxMDkx
    NTNmMmY2MDkwM2ZmYjMiLAogICJjcmVhdGVkIiA6IDE3OTUyNTY2NzYsCiAgImVwaGVtZXJhbCIgOiAiYThkM2E3Mzcz
    NDI4NTI5Nzg0NDVkNzE5NGQ4NjQ3YzY5YzgxNWMyY2YzODQ0NDk2ZjA0YzY3NGU3NmIwN2Y3OSIsCiAgImZvcm1hdEhh
    c2giIDogImJjYjFjZjcwNmY4ZjAwZGFkMDQ2NGQzMmI3M2MxZWFiMDdmNzQ0M2FlMjJlNjA3NTk3OWQ5ZmRkNjk5ZmQz
    NzgiLAogICJnZW5lcmF0aW9ucyIgOiBbCiAgICAxLAogICAgMwogIF0sCiAgImhpZ2hlc3QiIDogNCwKICAiaWQiIDog
    ImJlYTEzMjZkZjdjZTQzOTE2NjM0NWI5ZDk0YTYxYjUzIiwKICAia2luZCIgOiAia2V5ZmlsZSIsCiAgImxhYmVsIiA6
    ICJmaWxlIiwKICAibWFnaWMiIDogImRyeWRvY2sga2V5IHNsb3QiLAogICJub25jZSIgOiAiYzliMjBhOTllNDY4Yzc2
    MTVmMGIxNWMzIiwKICAicHVibGljS2V5IiA6ICJkNTMxMWFhY2NkNWI2MjJlZmJjYTljZDk3NjY3MzViYmQ2MWU2MDNi
    Y2MwOTgwZjc0YzcyZjEyNTAxZjg1YTYwIiwKICAicmVwb3NpdG9yeSIgOiAiMzkyMjk1MTkxYjM1NGNjZTQ3NGJmOTcy
    MDhjNzkzNWMiLAogICJyZXZpc2lvbiIgOiAzLAogICJyb2xlIiA6ICJmdWxsIiwKICAic2lnbmF0dXJlIiA6ICJmNDk1
    OTA3MGU0NjAyYjZmNTgyOWI2MjE2MjYyMDJhYTFkOTEwYzRlODgwZDUwNmYzNTM1MDg0OTJlNWUyN2YxMWRhMjdhYjNh
    ZGQwMjlmNmVlNjQwYjQxZDQ3MTVhNTExOWI2NzhiZThlMmFmMTNlOWZiNDFmMjAwMDQ4NGQwMSIsCiAgInZlcnNpb24i
    IDogMiwKICAidm91Y2hlciIgOiAiYjE2Y2ZjYzYzYzBiYjllZjE2NmM4MTM1ODk5MTUwYzgxY2FmNjBlNDA4MjQxNzY0
    Y2I4MTFiOWEyZGNlMDlmMiIsCiAgIndyYXBwZWQiIDogImFmNzA4MTYwMjlkNWQ2MGQ5MGIyYzM5MzZlYzUyYTEzYWQ0
    YjVmZWY1NDcxYjY0NjFkY2UzMDUzMGY4OGU3NGMzZWIyN2RiZDI3NTAwNjM4N2M1NGUzNTRjZGRlOTAxZGQ4ZDkwMzYz
    MjExMGE1ZjlkM2I3YjYyMDM5ZmI0YjM1YTRiOTI2MjBiNjk5Njc4OWZjZmFjYzMzYTllNjA4YmIwMzkwOTMyYjI2NGI5
    NTc1YzQyODE5ZjQwYWM0NDNhN2ZkMTQzNmZhODQxNzRiYTkyMWU4NGM0YWNmNTVkZDVjOGIxZWY4ZjRjOTNmOGFjMDk5
    Y2U4MzY3MjIzZGNjOWY4MDhmZWJiNDRlYjlhY2M4ZWM3ZDZkNGQ5NWQwYTg2Yjc5OWFlZmIzOTk4YmU3MWExM2JkNWVh
    NzE2YmI1MTcxNWJiMDgzMzA1OWJkM2E3NzQyYzgyYjY3M2ZjOTM2MmYxYmMxZGUyNGRhNTg3NzU1MTNiYjc4ZmIwZDhi
    NWE2Mjg0MDVlMjExN2Y3MjQwOWM0YzQ2MDljNjA0NzM4ZmM3ZjdhZDZjMzNjYmU1NzA3MGE0YmViMGRkYjg3ZTc4YmZk
    MDNmMWM0NGQ2ZTRhZTc4Zjg5NmU3YjdlODFiZGEyOGIyMTJhNjAzODU3MCIKfQo=
    """,
    "keys/ebc0aeb15f31d6fab3073905cb48e8d4-00000003": """
    ewogICJhdXRob3JpdHkiIDogImQ1MGJkOTllODM3MmFkYTg0NzhmNDIyNDliODE2MDRhNTFkNTAyOGE2MThhOWYxMDkx
    NTNmMmY2MDkwM2ZmYjMiLAogICJjcmVhdGVkIiA6IDE3OTUyNTY2NzcsCiAgImVwaGVtZXJhbCIgOiAiIiwKICAiZm9y
    bWF0SGFzaCIgOiAiYmNiMWNmNzA2ZjhmMDBkYWQwNDY0ZDMyYjczYzFlYWIwN2Y3NDQzYWUyMmU2MDc1OTc5ZDlmZGQ2
    OTlmZDM3OCIsCiAgImdlbmVyYXRpb25zIiA6IFsKICAgIDEsCiAgICAzCiAgXSwKICAiaGlnaGVzdCIgOiA0LAogICJp
    ZCIgOiAiZWJjMGFlYjE1ZjMxZDZmYWIzMDczOTA1Y2I0OGU4ZDQiLAogICJraW5kIiA6ICJyZW1vdmVkIiwKICAibGFi
    ZWwiIDogImdvbmUiLAogICJtYWdpYyIgOiAiZHJ5ZG9jayBrZXkgc2xvdCIsCiAgIm5vbmNlIiA6ICIiLAogICJwdWJs
    aWNLZXkiIDogIiIsCiAgInJlcG9zaXRvcnkiIDogIjM5MjI5NTE5MWIzNTRjY2U0NzRiZjk3MjA4Yzc5MzVjIiwKICAi
    cmV2aXNpb24iIDogMywKICAicm9sZSIgOiAiZnVsbCIsCiAgInNpZ25hdHVyZSIgOiAiY2MxZDdmOGYxYzQ1YTBmYzcw
    YTY3MjkwMDBjYzE1MzVlYmUyOGM4MDAzN2JmZWQ2NmNiMjljMWUzMThiNzE4YWMwZTJmN2UxZTMzZjE5NzQwNmQ3ZmVj
    NTIyY2Y3NjkzYWFhYzM0NGQ1YjcyMjMzNzUzMzIwMjc5OWFlNjBlMGIiLAogICJ2ZXJzaW9uIiA6IDIsCiAgIndyYXBw
    ZWQiIDogIiIKfQo=
    """,
  ]
}
