/// Stored bytes that are not what the format says; the caller adds which object they belong to.
struct Malformed: Error {
  /// One clause that ends the sentence "because ...".
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
