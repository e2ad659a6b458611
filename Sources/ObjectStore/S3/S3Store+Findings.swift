internal import HTTP
internal import Problems

extension S3Store {
  /// Adds what only a bucket can tell: its clock, conditions, object lock.
  public func describe(_ findings: inout StoreFindings) throws {
    findings.conditionalWrites = conditions.conditionalWrites
    let answer = try client.send(
      S3Request(
        method: .get,
        query: [("object-lock", "")],
        accepting: [200, 400, 403, 404, 405, 501]
      ),
      "ask for the object lock of",
      "the bucket"
    ).response
    findings.clockSkew = client.skew(of: answer)
    let isOn =
      XMLElement(document: answer.body)?["ObjectLockEnabled"]?.text == "Enabled"
    switch answer.status {
    case 200: findings.objectLock = isOn ? .configured : StoreFindings.ObjectLock.none
    case 404: findings.objectLock = StoreFindings.ObjectLock.none
    default: findings.objectLock = .unknown
    }
  }
}
