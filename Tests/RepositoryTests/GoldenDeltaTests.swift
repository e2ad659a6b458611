import Cryptography
import Foundation
import ObjectStore
import Testing

@testable import Repository

@Suite("Deltas of every format version stay readable")
struct GoldenDeltaTests {
  @Test("Version 1 with the feature `delta` opens, byte for byte as it was written in 2026")
  func version1() throws {
    var objects: [ObjectName: [UInt8]] = [:]
    for (name, text) in Self.objects {
      let data = try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters))
      objects[try #require(ObjectName(name))] = Array(data)
    }
    let repository = try Repository.open(
      MemoryStore(objects),
      passphrase: Secret(text: "golden")
    )
    let snapshots = try repository.snapshots()
    #expect(snapshots.map(\.text) == Self.snapshots)
    let reader = try repository.makeReader()
    for (version, snapshot) in snapshots.enumerated() {
      let id = try #require(ChunkID(try repository.manifest(of: snapshot)))
      let instance = try #require(try repository.index.table().locations(of: id).first?.instance)
      #expect(Int(instance.version) == version)
      #expect(instance.codec == (version == 0 ? .zstd : .zstdWithBase))
      #expect(try reader.read(id) == Self.content(version))
    }
    let report = try repository.check(reading: .all, closure: Sample.closure)
    #expect(report.isSound && report.chunks == 4 && report.snapshots == 4)
  }

  /// The content that the snapshots hold: 50 lines, of which each version changes one.
  private static func content(_ version: Int) -> [UInt8] {
    let lines = (0..<50).map { line in
      let number = line == 10 * version ? line + 100 : line
      let product = number * 7919 * 104_729 % 1_000_003
      return "\(line)\t\(product)\t\(number * number * number * 31 % 99_991)\n"
    }
    return Array(lines.joined().utf8)
  }

  private static let snapshots = [
    "20260131T235959.123Z-cf80f537", "20260201T235959.123Z-b47afba9",
    "20260202T235959.123Z-19b096c8", "20260203T235959.123Z-efe6af89",
  ]

  /// Every object in base64, written by the first version of this format that had deltas.
  private static let objects: [String: String] = [
    "format": """
    ewogICJmZWF0dXJlcyIgOiB7CiAgICAiY29sbGVjdCIgOiBbCiAgICAgICJkZWx0YSIKICAgIF0sCiAgICAicmVhZCIg
    OiBbCiAgICAgICJkZWx0YSIKICAgIF0sCiAgICAid3JpdGUiIDogWwoKICAgIF0KICB9LAogICJpZCIgOiAiYWFmMGNm
    ZTNmOGI3N2U0MzQyOWE1Y2YwNzRiMWQwYmEiLAogICJtYWdpYyIgOiAiZHJ5ZG9jayByZXBvc2l0b3J5IiwKICAidmVy
    c2lvbiIgOiAxCn0K
    """,
    "index/162f591cdba4c5075ec9bf482ccba0d9": """
    RFJZU0VBTDEBAAAAAAAAAIQAAAAAAAAAz5HX7lwG2b4ARhlRXqu9Dk8rB7YVIrBWVj2G6OEXA8O4HJcXtZNjs/7tboku
    SG63Zlow2SMAZoh4VF+4Mi6H8xfSb/nx+pnp5Ql2+b8T7xiEpaU8CwIp9lqrE8YYrEEsvlcBc+0AKiR8VSTiVNrEpB+d
    G+J115yOcvIpAT7jcLTP9i7G41by8TK1fHwO3aP/0vUU6UV8jMERmzZzNrs7gRa/8AG0vETrElx5i9JFI+E=
    """,
    "index/17fda7b02dbc1f2b73e076325346116a": """
    RFJZU0VBTDEBAQAAAAAAAIQAAAAAAAAAQuF//sy3WFEsBUmggcCamh9WENk1ep5w8izr7DPIV9v4f8CFCgBcj7Oy/Lva
    ycpkc9V5Cr6evtbI0RGm2STM1ye5zlgW7sJifW+N4TL1P44vWmR961zoBabTcKY4MBBbE/HEHwiDf0fNaNKhlM522IDg
    0e3NYS5yR0zuMYXmxrTwAEOjViXRLnKnmPlL0cfZe6cEgJA2o7Zo
    """,
    "index/7fee3df39d44a671f01f83a82bd8f160": """
    RFJZU0VBTDEBAAAAAAAAAIQAAAAAAAAAMQJSsFldwu54rOBUKtX72DdujunSfa6jS/FCX9NnfsR3tDNrk437ME7rIX7y
    /MFnvLK/hk5BYMNO67GGA3ASj/s2OcrKXI/yEXQWRvoKywUmTYhX/Ei9pPG7rPy5PxhBTqG5uRFrShaCGtvWscnyZCZX
    xmQizRCMhtCi0fQEFecWBv/XGMrxh3GRQiCuv9PA83Wyns3ssZgNXAr21XaQUfoKq5WGFuNLtp37a4W2vCI=
    """,
    "index/cce60e062e67f5b71f8e2f43193a64b9": """
    RFJZU0VBTDEBAAAAAAAAAIQAAAAAAAAAG2jJsSViB5fvOGPtrHjXjkl+DCCcB8UaqPjm9f4ovgBunhedETywPJ+Snr0A
    3FG0TxnSBgW+Ne3PQbyRohPd2JgNS7HCYDk2gmEcqBfRMDl4f/wFIZQ63T96hWjA58Y1bY2nGtmJh8xkl2i7nn61LEMZ
    hYxx4vMAf2BybvhWeqZLKDkOb5cl+6tvPCOxYgwQLCI7PMH3RStD8m34QCz7lLS8i6mDdJvqe0IFWpCWcc8=
    """,
    "keys/98936b95d42edc2608cf8ccd2c46bd7b": """
    ewogICJraW5kIiA6ICJwYXNzcGhyYXNlIiwKICAibGFiZWwiIDogIm1hZGUgd2l0aCB0aGUgcmVwb3NpdG9yeSIsCiAg
    Im1hZ2ljIiA6ICJkcnlkb2NrIGtleSBzbG90IiwKICAibm9uY2UiIDogIjU1YTg3NjE2YjI2M2YwNjE3YWIwMWM5MCIs
    CiAgInNjcnlwdCIgOiB7CiAgICAibiIgOiAzMjc2OCwKICAgICJwIiA6IDEsCiAgICAiciIgOiA4LAogICAgInNhbHQi
    IDogIjI2MjVkMjQ5ZjJlN2ZmYzY2YTgyZDNmODEzMjFhMTA3NjA4MTYyOWNmODQ2YzU1NGMxYjcwMmM2MzdhNTA4YTUi
    CiAgfSwKICAidmVyc2lvbiIgOiAxLAogICJ3cmFwcGVkIiA6ICJkOWFjNDU4MTg5MGU3NmJhM2I3ZTU5Y2I2YWZjN2Iz
    YmUzYjg4YmM2MTAzNTYxZjUyODNlNTc3M2IzOTUwZjJjODRiYjExMTVkOGRhMjM0ZmY3NWExZmQzNzczMDU4YTFhZTVl
    YjY5MDRjZTYwZGJlMDJkY2UyY2VmN2FlYTgxYWEzZDhhNjlkZDA2N2EzZmFjZDVkNDRmODllNmUzZjdjMDk5ZGIzNDVm
    YjE3Y2E0ZGE1NTc1NmYwZGIwNmM5OGIzMmU3OTYxNjM5YjA4ZjQ0NDJiNzczMGU5YmM5NGU2MzA0ZDcwNTNlNjU0MDdm
    OWQwZDVhODMyNjljODY0YmRkNDA1ODAwNzgiCn0K
    """,
    "packs/05/0549b89a2e5bb4a886f794a7b41e63000dbd5252300647120c75a9a98948b68e": """
    RFJZUEFDSzEAAQAAAQAAAAMDAACHAQAA7jfptKK9+iXePfxNqVY06yTjgihg4S1uUcSDrvUfPIEyYtTmdusGV8tMTBbj
    HEU6VkpoDlRNB8Ep6l1cAZfkA2nEV3FYaZMAAqP2VFz4qcpAkuSwcBlyagmTGzeHbpRwo1onUjdRUPIxgTc92WvNGNIW
    06D/gZV6u8wneNtcVR/mo5C4mDfP00rX5f+bKzkLeMsH91xT2JtAMAiRueVDATduWBTjQ1oB1vxA/phRqVCHRz1jSiGo
    j2FW9SzrorIhJMHBSK/JzCucLLF70Zo3fQXwobivn4WKRFqK2V86BJuyTpppccp0JpfGaAwZIY8aIlzcOdZSeciV20rB
    Mjig+MMfkbMUzSNdoFGgckTGOCjLplG6Z9WUzsjNyQYMhyuNgnxD2dVMq2qiJ71GeJtXIBSY6tRcR2axN49Yztbs9gO0
    zpx1BlBNgt4bVkQi9hjBAHA1hvv1udRksmMLakkM9y1SzvC4jB54Ik+x/pLkbb8xp8kg2WFKkAyZh8tGZLbxEMPZ0iMe
    gg2HJ0KJUWSglMNtMtYGCMzyNGNeDc+ubVOK2V+5E2DjOINUo+AVs5fEBRVlhiujUaeE5rR8zU3t9nzq95ju/H2it5dG
    IlPfwYZzDGL0uEZUhtOMh2ZrQ2HNc3VLUPk5qYvn9cKxoXOO2bJFt76UkG3+emmMnA+JYGDCntI8LESrwCQ3T+T4j+5k
    aXBLLC+x1yI/0NGAgHOVzoSHu5zUQmZOArqkfk58EUTEv0vGlDpXByH/24R4W3eOVd1c6dIyRvxK7oJ3mFEGeVSFS+DU
    gseEAAAAAAAAAERSWVBFTkQx
    """,
    "packs/1b/1b6f24ec21b03dd73e24854d5059390ecb16f4c4b941a1979694fc11ca76f4d4": """
    RFJZUEFDSzEAAgEBAQAAAPsCAAAlAAAAHhOfy/AFZxuWik0tJAU26nFUVeDtT+sw58PSPzYUjk/uN+m0or36Jd49/E2p
    VjTrJOOCKGDhLW5RxIOu9R88gY4IdpKWMbeLixsVr+8NDTgwCfpuaic2Gr0O3Mmj2pR2Z6eh0iEESXtPXlOP6fUiYB9D
    xMxOh2cgJPLG5DpwkbenjcBRk/jjjyK5ukYljMj2z6YA2uuCr6pKT6P1KL1h38jjY5TfsIq8igxbiVNfMW36KiykXUrV
    LH8f6TjU262BCdJz0gbJAvxiW//BDNSPTCCVQ8KFf86eaqfHxOholp0HdygKaRxAutrE+ABd+36FmVFS2phhwv8A+w9M
    kpHyoTAaq/FTlLuVQkihu+SXoWo3jbPJRYQAAAAAAAAARFJZUEVORDE=
    """,
    "packs/71/711c5e87c548c4bd2c8b2882df23d3e74bc736a7477918b55d3e65f684d86099": """
    RFJZUEFDSzEAAgECAQAAAPsCAAAlAAAAZS/HqZUcpytBgANlc8jYme2KSwRxs9Ovrn3dsnI/4c3uN+m0or36Jd49/E2p
    VjTrJOOCKGDhLW5RxIOu9R88gTPn8sTLiJLbEVuXh6Aqy8KlXBiWNXfayDeywn6wjoXFQgwMFTcFH8aAYhs8bap6kQfE
    G16G2EU8huW0F7jHApcTDLvqHGdgCUZkRWnD7+Q9rcF4fX6LaVmfNgmQ4vxQjSiYKD3yon7j6FgF6q5FxrwKu8n3+HhX
    JTLABzZYWhQ/5L9pH59VvS6zlX1gY3JRiR1nLNhbS/Gu1JnzE4dRaqcY3UBMU+POfFuZf6v9VuiLeh3yqkBewu8kV96+
    /5Vln4UmlFEmEIM6Y+nzcAqXyU3U899tnoQAAAAAAAAARFJZUEVORDE=
    """,
    "packs/a8/a8e19deabd255df82440dc74adfa5192c4243565f54f25b1843cc577c471dfb9": """
    RFJZUEFDSzEAAgIDAQAAAPoCAAAwAAAAjAEor86hsTLzQqJqpRPlmRxhSLNkfT1IUOgfKzdslSxlL8eplRynK0GAA2Vz
    yNiZ7YpLBHGz06+ufd2ycj/hzbbjg2i4TtsSCjz1JkpsHXswtNhN2c4jBe6qJGbPbJeAG7TsNKoK/zYSKT7XTmyWAMyB
    Dwlf9SlrCS+gTFr9UvwZj+3ru2mIIGxfoSwxkyGmhUDQbhuClpw+1K2GzlKcsIyNBfA3jiFYhe5z/kxabnczFS0A05Bm
    UU0zfvr4serPD4df7SY+kcNOxQfqEH59IkpF51l7hbArEVkZf1drUzn5kPVnzDLMXNvUKDefHGzHLoTdMe6Mb4h1eKkC
    xM8IEelrKipiIM2m9TwHzh5I3NlgD5WYG30/DMrZIlCBva9ChAAAAAAAAABEUllQRU5EMQ==
    """,
    "snapshots/20260131T235959.123Z-cf80f537": """
    RFJZU0VBTDECAAAAAQAAACAAAAAAAAAAxYiR6e/eCKpUzoVtnWtBJGgESEY4fujGgAzx9YFBmKmcmSCSFRzAgdbnH4Ti
    R8+gDJnv9pdyxJPwqg1ua20Y3BGQ3Dv6HvXsy1zBiw==
    """,
    "snapshots/20260201T235959.123Z-b47afba9": """
    RFJZU0VBTDECAAAAAQAAACAAAAAAAAAAg4t0WrUWXECXH6R9J06cnqD2k37CxdT5d0SvNUfXuyUcazkjdYvLo2zWI74a
    d1Jgb5duZivUad5BjuFEd2cGlx0zvNdGGR549Gn14A==
    """,
    "snapshots/20260202T235959.123Z-19b096c8": """
    RFJZU0VBTDECAAAAAQAAACAAAAAAAAAA1ydtohoEm3DBC9bUscJaWFIsSJFaFEG464YTVkh9j2UxPn6NaUq2gITe3kzG
    NExtl43/7rmMIzZCz965cp46Z6rXJAoCtlyMLbx7MQ==
    """,
    "snapshots/20260203T235959.123Z-efe6af89": """
    RFJZU0VBTDECAAAAAQAAACAAAAAAAAAAzNOzJsGa9FqH9KeURPt2efgDIOicBAF/D2WMsrh6gEastQ4f6HKTa1mtjj/1
    dVntDicwKnbm/htmxXO5H+sV5KYAJNxNoSprgSBMSA==
    """,
  ]
}
