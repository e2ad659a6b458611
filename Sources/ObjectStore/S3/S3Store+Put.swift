internal import Cryptography
internal import Faults
internal import FoundationEssentials
internal import HTTP
internal import Problems

extension S3Store {
  /// The largest object that may be stored twice to find out what a store does with conditions.
  private static let proofLimit = 64 << 10

  /// Stores a new object.
  ///
  /// `If-None-Match: *` makes the store itself refuse a taken name. Some stores do not know it
  /// (OpenStack Swift answers 501), some ignore it: until one has proven that it refuses, the name
  /// is looked for first.
  public func put(_ name: ObjectName, _ bytes: [UInt8]) throws {
    FaultPoint.pass("store before put: \(name.text)")
    defer { FaultPoint.pass("store after put: \(name.text)") }
    guard bytes.count <= Self.sizeLimit else {
      throw Problem(
        code: "store.too-large",
        "the object \(name) of \(bytes.count) bytes is larger than \(location) takes",
        facts: [.init("object", name.text), .init("store", location)]
      )
    }
    if conditions.conditionalWrites != .honoured, try isThere(name) {
      throw StoreProblem.exists(name, in: location)
    }
    if conditions.conditionalWrites == .unsupported || conditions.conditionalWrites == .ignored {
      _ = try send(name, bytes, isConditional: false)
      return
    }
    try putIfNew(name, bytes)
  }

  private func putIfNew(_ name: ObjectName, _ bytes: [UInt8]) throws {
    let answer = try send(name, bytes, isConditional: true)
    switch answer.response.status {
    case 412:
      conditions.learn(.honoured)
      // After a lost answer the name may be taken by ourselves.
      guard answer.isDoubtful, try get(name) == bytes else {
        throw StoreProblem.exists(name, in: location)
      }
    case 501:
      conditions.learn(.unsupported)
      _ = try send(name, bytes, isConditional: false)
    default:
      if conditions.conditionalWrites == .unknown, bytes.count <= Self.proofLimit {
        try prove(name, bytes)
      }
    }
  }

  /// Stores the same bytes once more under the name that now has them: who refuses keeps the rule.
  private func prove(_ name: ObjectName, _ bytes: [UInt8]) throws {
    let status = try send(name, bytes, isConditional: true).response.status
    conditions.learn(status == 412 ? .honoured : status == 501 ? .unsupported : .ignored)
  }

  private func isThere(_ name: ObjectName) throws -> Bool {
    let request = S3Request(method: .head, key: key(name), accepting: [200, 404])
    return try client.send(request, "look for", name.text).response.status == 200
  }

  private func send(
    _ name: ObjectName,
    _ bytes: [UInt8],
    isConditional: Bool
  ) throws -> S3Client.Answer {
    var request = S3Request(method: .put, key: key(name), body: bytes, accepting: [200, 201])
    if isConditional {
      request.headers.append(.init("If-None-Match", "*"))
      request.accepting.formUnion([412, 501])
    }
    guard !conditions.wantsChecksum else { return try sendWithChecksum(name, request) }
    do {
      return try client.send(request, "store", name.text)
    } catch let problem as Problem where Self.isLackOfChecksum(problem) {
      conditions.learnChecksum()
      return try sendWithChecksum(name, request)
    }
  }

  /// Buckets with object lock want one of two fields besides the signed hash; older services know
  /// neither of them, so it is sent where it is asked for.
  private func sendWithChecksum(
    _ name: ObjectName,
    _ request: S3Request
  ) throws -> S3Client.Answer {
    var request = request
    let sum = Data(try SHA256.hash(request.body)).base64EncodedString()
    request.headers.append(.init("x-amz-checksum-sha256", sum))
    return try client.send(request, "store", name.text)
  }

  private static func isLackOfChecksum(_ problem: Problem) -> Bool {
    problem.reason?.lowercased().contains("content-md5") == true
  }
}
