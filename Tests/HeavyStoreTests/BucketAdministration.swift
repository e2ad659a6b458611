import Foundation
import HTTP
import Processes

@testable import ObjectStore

/// What the owner of a bucket does to it, beside what Drydock does.
struct BucketAdministration {
  /// One version of an object, or the marker that hides the older ones.
  struct Version: Equatable {
    var key: String
    var id: String
    var isMarker: Bool
  }

  private let store: S3Store

  init(_ store: RealStore, _ address: String) throws { self.store = try store.store(address) }

  /// Keeps every new version for a day from everybody, the owner too.
  func lock() throws {
    try change(
      "object-lock",
      """
      <ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>\
      <DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule>\
      </ObjectLockConfiguration>
      """
    )
  }

  /// Lets another user read, write and list, and nothing else.
  func letWrite(_ user: String) throws {
    let bucket = "arn:aws:s3:::\(store.client.location.bucket)"
    try change(
      "policy",
      """
      {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam:::user/\(user)"]},
        "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        "Resource": ["\(bucket)", "\(bucket)/*"]}]}
      """
    )
  }

  /// Every version of every object; a small repository is one page.
  func versions() throws -> [Version] {
    let request = S3Request(method: .get, query: [("versions", "")], responseLimit: 8 << 20)
    let page = try store.client.send(request, "list", "the versions").response.body
    return (XMLElement(document: page)?.children ?? []).compactMap { entry in
      guard ["Version", "DeleteMarker"].contains(entry.name) else { return nil }
      return Version(
        key: entry["Key"]?.text ?? "",
        id: entry["VersionId"]?.text ?? "",
        isMarker: entry.name == "DeleteMarker"
      )
    }
  }

  /// Tries to remove one version for good; returns the status of the answer.
  func remove(_ version: Version) throws -> Int {
    let request = S3Request(
      method: .delete,
      key: version.key,
      query: [("versionId", version.id)],
      accepting: [200, 204, 403]
    )
    return try store.client.send(request, "remove", "a version").response.status
  }

  private func change(_ what: String, _ text: String) throws {
    let digest = try Invocation("openssl", ["md5", "-binary"], environment: ["PATH": "/usr/bin"])
      .run(input: .text(text)).checked().output
    let request = S3Request(
      method: .put,
      query: [(what, "")],
      headers: [.init("Content-MD5", Data(digest).base64EncodedString())],
      body: Array(text.utf8),
      accepting: [200, 204]
    )
    _ = try store.client.send(request, "change", "the bucket")
  }
}
