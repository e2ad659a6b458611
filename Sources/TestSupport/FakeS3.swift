internal import Cryptography
internal import Foundation
internal import Problems
internal import Synchronization

/// A bucket in memory behind a real socket, with the part of S3 that a store needs.
///
/// It checks what a real service checks of a request, save for the signature itself, which the
/// published examples and the real services check. It fails, and forgets rules, as a test says.
public final class FakeS3: Sendable {
  /// What the service does with `If-None-Match: *`.
  public enum Conditions: Sendable {
    /// It keeps the rule.
    case honoured
    /// It overwrites.
    case ignored
    /// It answers 501.
    case unsupported
  }

  /// How the service behaves.
  public struct Behaviour: Sendable {
    /// What it does with conditional writes.
    public var conditions = Conditions.honoured
    /// Whether a put needs a checksum field, as with object lock.
    public var wantsChecksum = false
    /// How far its clock is ahead, in seconds.
    public var skew = 0.0

    /// Makes the behaviour of a good service.
    public init() {}
  }

  private struct State {
    var objects: [String: [UInt8]] = [:]
    var requests: [LoopbackServer.Request] = []
  }

  /// The state apart from the server, whose threads must not keep the server alive.
  private final class Bucket: Sendable {
    let state = Mutex(State())
  }

  /// The bucket's name.
  public static let name = "ships"
  /// The access key, with a colon as OpenStack Swift has it.
  public static let accessKey = "bench:writer"
  /// The secret key, with every character that must be encoded somewhere.
  public static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfi=CYEXAMPLEKEY"

  private static let pageSize = 3

  private let bucket: Bucket
  private let server: LoopbackServer

  /// The service's address.
  public var address: String { server.address }

  /// The service's port.
  public var port: Int { server.port }

  /// The objects by key.
  public var objects: [String: [UInt8]] { bucket.state.withLock { $0.objects } }

  /// Every request so far.
  public var requests: [LoopbackServer.Request] { bucket.state.withLock { $0.requests } }

  /// The environment in which Drydock finds this service.
  public var environment: [String: String] {
    [
      "AWS_ACCESS_KEY_ID": Self.accessKey, "AWS_SECRET_ACCESS_KEY": Self.secret,
      "AWS_ENDPOINT_URL": address, "DRYDOCK_REPOSITORY": "s3://\(Self.name)/nightly",
    ]
  }

  /// Starts a service.
  ///
  /// - Parameters:
  ///   - behaviour: How it behaves.
  ///   - plan: Decides for each request, by its number from 1.
  /// - Throws: `tests.no-server` when no socket can be opened.
  public init(
    _ behaviour: Behaviour = Behaviour(),
    plan: @escaping @Sendable (LoopbackServer.Request, Int) -> Fault = { _, _ in .none }
  ) throws {
    let bucket = Bucket()
    self.bucket = bucket
    server = try LoopbackServer { request in
      let number = bucket.state.withLock { state in
        state.requests.append(request)
        return state.requests.count
      }
      return plan(request, number).reply { Self.answer(request, behaviour, bucket) }
    }
  }

  private static func answer(
    _ request: LoopbackServer.Request,
    _ behaviour: Behaviour,
    _ bucket: Bucket
  ) -> LoopbackServer.Answer {
    let parts = request.target.split(separator: "?", maxSplits: 1)
    let key = String(parts[0]).removingPercentEncoding ?? ""
    // The bucket stands in the path, or before the host's name.
    let isHost = request.fields["host"]?.hasPrefix("\(name).") == true
    let path = isHost ? "/\(name)" + (key == "/" ? "" : key) : key
    var answer =
      refusal(of: request, path)
      ?? bucket.state.withLock { state in
        path == "/\(name)"
          ? list(parts.count > 1 ? String(parts[1]) : "", state.objects)
          : serve(request, String(path.dropFirst(name.count + 2)), behaviour, &state.objects)
      }
    answer.fields["Date"] = httpDate(Date().addingTimeInterval(behaviour.skew))
    return answer
  }

  /// What a real service refuses before it looks at its objects.
  private static func refusal(
    of request: LoopbackServer.Request,
    _ path: String
  ) -> LoopbackServer.Answer? {
    let authorization = request.fields["authorization"] ?? ""
    guard authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=\(accessKey)/") else {
      return error(403, "InvalidAccessKeyId")
    }
    let signed = authorization.split(separator: "SignedHeaders=").last?.prefix { $0 != "," } ?? ""
    let names = signed.split(separator: ";").map(String.init)
    let mustBeSigned = request.fields.keys.filter { $0.hasPrefix("x-amz-") } + ["host"]
    guard mustBeSigned.allSatisfy(names.contains), names == names.sorted() else {
      return error(403, "SignatureDoesNotMatch")
    }
    let hash = try? SHA256.hash(request.body).map {
      String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
    }
    guard request.fields["x-amz-content-sha256"] == hash?.joined() else {
      return error(400, "XAmzContentSHA256Mismatch")
    }
    guard path == "/\(name)" || path.hasPrefix("/\(name)/") else {
      return error(404, "NoSuchBucket")
    }
    return nil
  }

  private static func serve(
    _ request: LoopbackServer.Request,
    _ key: String,
    _ behaviour: Behaviour,
    _ objects: inout [String: [UInt8]]
  ) -> LoopbackServer.Answer {
    switch request.method {
    case "PUT":
      if behaviour.wantsChecksum, request.fields["x-amz-checksum-sha256"] == nil {
        return error(400, "InvalidRequest", "Content-MD5 OR x-amz-checksum- is required")
      }
      if request.fields["if-none-match"] == "*" {
        if behaviour.conditions == .unsupported { return error(501, "NotImplemented") }
        if behaviour.conditions == .honoured, objects[key] != nil {
          return error(412, "PreconditionFailed")
        }
      }
      objects[key] = request.body
      return .init(200)
    case "DELETE":
      objects[key] = nil
      return .init(204)
    default:
      guard let bytes = objects[key] else { return error(404, "NoSuchKey") }
      guard let range = request.fields["range"] else { return .init(200, [:], bytes) }
      return part(of: bytes, range)
    }
  }

  private static func part(of bytes: [UInt8], _ range: String) -> LoopbackServer.Answer {
    let ends = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
    guard ends.count == 2, ends[0] <= ends[1], ends[0] < bytes.count else {
      return error(416, "InvalidRange")
    }
    let last = min(ends[1], bytes.count - 1)
    return .init(
      206,
      ["Content-Range": "bytes \(ends[0])-\(last)/\(bytes.count)"],
      Array(bytes[ends[0]...last])
    )
  }

  private static func list(
    _ query: String,
    _ objects: [String: [UInt8]]
  ) -> LoopbackServer.Answer {
    var values: [String: String] = [:]
    for pair in query.split(separator: "&") {
      let sides = pair.split(separator: "=", omittingEmptySubsequences: false)
      values[String(sides[0])] = String(sides.last ?? "").removingPercentEncoding
    }
    guard values["object-lock"] == nil else {
      return error(404, "ObjectLockConfigurationNotFoundError")
    }
    guard values["list-type"] == "2", values["encoding-type"] == "url" else {
      return error(400, "InvalidArgument")
    }
    let token = values["continuation-token"].map { String($0.dropFirst("after+/=".count)) } ?? ""
    let keys = objects.keys.filter { $0.hasPrefix(values["prefix"] ?? "") && $0 > token }.sorted()
    let page = keys.prefix(pageSize)
    let entries = page.map { key in
      "<Contents><Key>\(key.replacing("/", with: "%2F"))</Key><Size>\(objects[key]?.count ?? 0)"
        + "</Size><LastModified>2026-01-31T12:00:00.000Z</LastModified></Contents>"
    }
    let more = keys.count > pageSize
    let next =
      more ? "<NextContinuationToken>after+/=\(page.last ?? "")</NextContinuationToken>" : ""
    let text =
      "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      + "<EncodingType>url</EncodingType>\(entries.joined())<IsTruncated>\(more)</IsTruncated>"
      + "\(next)</ListBucketResult>"
    return .init(200, [:], Array(text.utf8))
  }

  static func error(
    _ status: Int,
    _ code: String,
    _ message: String = "As planned"
  ) -> LoopbackServer.Answer {
    let text = "<Error><Code>\(code)</Code><Message>\(message)</Message></Error>"
    return .init(status, ["Content-Type": "application/xml"], Array(text.utf8))
  }

  private static func httpDate(_ date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return formatter.string(from: date)
  }
}
