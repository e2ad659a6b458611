import Cryptography
import HTTP
import Testing

@testable import ObjectStore

/// The examples of the Amazon S3 API Reference, "Signature Calculations for the Authorization
/// Header: Transferring Payload in a Single Chunk".
@Suite("Signatures are those that AWS publishes")
struct S3SignatureTests {
  private static let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  private func authorization(
    _ method: String,
    _ path: String,
    _ query: [(name: String, value: String)] = [],
    _ headers: [HTTPRequest.Header] = [],
    body: String = "",
    token: String? = nil
  ) throws -> String {
    let signature = S3Signature(
      credentials: S3Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE",
        secret: Secret(text: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        token: token.map(Secret.init(text:))
      ),
      region: "us-east-1",
      time: S3Time(seconds: 1_369_353_600)
    )
    let fields = try signature.sign(
      .init(
        method: method,
        path: path,
        query: S3Encoding.query(query),
        headers: [.init("Host", "examplebucket.s3.amazonaws.com")] + headers,
        payloadHash: S3Encoding.hex(try SHA256.hash(Array(body.utf8)))
      )
    )
    #expect(fields.contains(.init("x-amz-date", "20130524T000000Z")))
    if body.isEmpty { #expect(fields.contains(.init("x-amz-content-sha256", Self.emptyHash))) }
    return try #require(fields.last { $0.name == "Authorization" }).value
  }

  private func expected(_ names: String, _ signature: String) -> String {
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
      + "SignedHeaders=\(names),Signature=\(signature)"
  }

  @Test("GET of a range of an object")
  func range() throws {
    #expect(
      try authorization("GET", "/test.txt", [], [.init("Range", "bytes=0-9")])
        == expected(
          "host;range;x-amz-content-sha256;x-amz-date",
          "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
    )
  }

  @Test("PUT of an object whose key must be encoded")
  func put() throws {
    let headers: [HTTPRequest.Header] = [
      .init("Date", "Fri, 24 May 2013 00:00:00 GMT"),
      .init("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    ]
    let path = "/" + S3Encoding.encoded("test$file.text", keeping: "/")
    #expect(
      try authorization("PUT", path, [], headers, body: "Welcome to Amazon S3.")
        == expected(
          "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
          "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        )
    )
  }

  @Test("GET of a sub-resource, whose name alone is a parameter")
  func lifecycle() throws {
    #expect(
      try authorization("GET", "/", [("lifecycle", "")])
        == expected(
          "host;x-amz-content-sha256;x-amz-date",
          "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        )
    )
  }

  @Test("GET of a listing, whose parameters are sorted")
  func listing() throws {
    #expect(
      try authorization("GET", "/", [("prefix", "J"), ("max-keys", "2")])
        == expected(
          "host;x-amz-content-sha256;x-amz-date",
          "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        )
    )
  }

  @Test("The token of a session is signed, and changes the signature")
  func token() throws {
    let plain = try authorization("GET", "/", [("lifecycle", "")])
    let withToken = try authorization("GET", "/", [("lifecycle", "")], token: "a/b+c=")
    #expect(withToken != plain)
    #expect(
      withToken.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,")
    )
  }

  @Test("Only unreserved characters stay, the rest has upper-case digits, in UTF-8")
  func encoding() {
    #expect(
      S3Encoding.encoded("aZ09-._~/ :+=&?é", keeping: "/")
        == "aZ09-._~/%20%3A%2B%3D%26%3F%C3%A9"
    )
    #expect(S3Encoding.encoded("a/b") == "a%2Fb")
    #expect(S3Encoding.query([("b", "2"), ("a-b", ""), ("a", "x y")]) == "a=x%20y&a-b=&b=2")
    #expect(S3Encoding.decoded("a%2Fb+%C3%A9") == "a/b é")
    #expect(S3Encoding.decoded("%2") == nil && S3Encoding.decoded("%zz") == nil)
    #expect(S3Encoding.decoded("%FF") == nil, "no UTF-8")
  }

  @Test(
    "Times are written and read to the second, over leap days and centuries",
    arguments: [
      (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"), (951_782_400, "20000229T000000Z"),
      (951_868_800, "20000301T000000Z"), (1_369_353_600, "20130524T000000Z"),
      (4_107_542_399, "21000228T235959Z"), (4_107_542_400, "21000301T000000Z"),
      (1_735_689_599, "20241231T235959Z"),
    ]
  )
  func times(seconds: Int64, stamp: String) throws {
    #expect(S3Time(seconds: seconds).stamp == stamp)
    let digits = Array(stamp)
    let text = { (range: Range<Int>) in String(digits[range]) }
    let listed =
      "\(text(0..<4))-\(text(4..<6))-\(text(6..<8))T\(text(9..<11)):\(text(11..<13)):"
      + "\(text(13..<15)).123Z"
    #expect(S3Time(listed: listed)?.seconds == seconds)
  }

  @Test("A header's date is read, and nonsense is not")
  func dates() {
    #expect(S3Time(field: "Fri, 24 May 2013 00:00:00 GMT")?.seconds == 1_369_353_600)
    #expect(S3Time(field: "Sun, 06 Nov 1994 08:49:37 GMT")?.seconds == 784_111_777)
    for text in ["", "Fri, 24 May 2013", "Fri, 24 Mai 2013 00:00:00 GMT", "x"] {
      #expect(S3Time(field: text) == nil)
    }
    for text in ["", "2013-05-24", "2013-13-24T00:00:00Z", "2013-05-24T25:00:00Z", "T", "TZ"] {
      #expect(S3Time(listed: text) == nil)
    }
  }
}
