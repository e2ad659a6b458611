internal import Cryptography
internal import HTTP

/// AWS Signature Version 4 in the field `Authorization`, with the hash of the payload signed.
///
/// By hand, because libcurl 7.88 sends no `x-amz-content-sha256`, which every store wants. See the
/// Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header".
struct S3Signature {
  /// What is signed of a request.
  struct Subject {
    var method: String
    /// Encoded, as it is sent.
    var path: String
    /// Encoded and sorted, as it is sent.
    var query: String
    /// With `Host`.
    var headers: [HTTPRequest.Header]
    /// SHA-256 of the body in hexadecimal digits.
    var payloadHash: String
  }

  private static let algorithm = "AWS4-HMAC-SHA256"

  var credentials: S3Credentials
  var region: String
  var time: S3Time

  /// All fields of the request, with those that the signature adds.
  func sign(_ subject: Subject) throws -> [HTTPRequest.Header] {
    var subject = subject
    subject.headers += [
      .init("x-amz-content-sha256", subject.payloadHash), .init("x-amz-date", time.stamp),
    ]
    if let token = credentials.token {
      subject.headers.append(.init("x-amz-security-token", Self.text(of: token)))
    }
    let (canonical, names) = Self.canonical(subject)
    let toSign = [
      Self.algorithm, time.stamp, scope,
      S3Encoding.hex(try SHA256.hash(Array(canonical.utf8))),
    ].joined(separator: "\n")
    let signature = S3Encoding.hex(try Self.code(try signingKey(), toSign))
    let authorization =
      "\(Self.algorithm) Credential=\(credentials.accessKey)/\(scope),"
      + "SignedHeaders=\(names),Signature=\(signature)"
    return subject.headers + [.init("Authorization", authorization)]
  }

  private var day: String { String(time.stamp.prefix(8)) }
  private var scope: String { "\(day)/\(region)/s3/aws4_request" }

  /// The request in the one form that both sides compute, and the names of its fields.
  private static func canonical(_ subject: Subject) -> (text: String, names: String) {
    let fields =
      subject.headers
      .map { ($0.name.lowercased(), trimmed($0.value)) }
      .sorted { $0.0 < $1.0 }
    let names = fields.map(\.0).joined(separator: ";")
    let text = [
      subject.method, subject.path, subject.query,
      fields.map { "\($0):\($1)\n" }.joined(), names, subject.payloadHash,
    ].joined(separator: "\n")
    return (text, names)
  }

  /// Without spaces around it, and with one where there are several.
  private static func trimmed(_ value: String) -> String {
    value.split(separator: " ").joined(separator: " ")
  }

  private func signingKey() throws -> Secret {
    var bytes = Array("AWS4".utf8)
    credentials.secret.withBytes { secret in
      for index in secret.indices { bytes.append(secret[index]) }
    }
    var key = Secret(wiping: &bytes)
    for part in [day, region, "s3", "aws4_request"] {
      var code = try Self.code(key, part)
      key = Secret(wiping: &code)
    }
    return key
  }

  private static func code(_ key: Secret, _ text: String) throws -> [UInt8] {
    let bytes = Array(text.utf8)
    return try HMACKey(key).code(of: bytes.span)
  }

  private static func text(of secret: Secret) -> String {
    secret.withBytes { bytes in
      String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
  }
}
