public import Problems

/// A place that keeps named objects: a directory, a bucket, or memory.
///
/// Narrow on purpose, so that every service can offer it. An object is written once, whole, and
/// never overwritten. Calls block, and come from several threads at once.
///
/// Every method throws a `Problem` that names the object; ``StoreProblem`` lists the codes.
public protocol ObjectStore: Sendable {
  /// Where the store is, for messages: a path or a URL without credentials.
  var location: String { get }

  /// Stores a new object; when it returns, the object survives a crash.
  ///
  /// Throws `store.exists` when the name is taken, and then changes nothing.
  func put(_ name: ObjectName, _ bytes: [UInt8]) throws

  /// The whole object.
  func get(_ name: ObjectName) throws -> [UInt8]

  /// Some bytes of an object; throws `store.short-object` when it ends before the range does.
  func get(_ name: ObjectName, range: Range<Int>) throws -> [UInt8]

  /// Whether those bytes can be read without a network: so cheaply that reading them is better than
  /// storing them again. Never throws: what cannot be known is not near.
  func isNear(_ name: ObjectName, range: Range<Int>) -> Bool

  /// The size in bytes.
  func size(of name: ObjectName) throws -> Int

  /// The objects under a directory of names such as `packs`, or all for an empty text, sorted.
  func list(_ directory: String) throws -> [ObjectInfo]

  /// Removes an object; throws `store.not-found` when there is none.
  func delete(_ name: ObjectName) throws

  /// How many puts at once this store is used best with: one, unless it is behind a network.
  var parallelPuts: Int { get }

  /// Adds to a probe's findings what only a store of this kind can tell; a decorator asks its base.
  func describe(_ findings: inout StoreFindings) throws
}

extension ObjectStore {
  /// One put after the other.
  public var parallelPuts: Int { 1 }

  /// Nothing more than a probe finds out by itself.
  public func describe(_ findings: inout StoreFindings) throws {}
}

/// One object in a listing.
public struct ObjectInfo: Sendable, Equatable {
  /// The object's name.
  public var name: ObjectName
  /// The size in bytes.
  public var size: Int
  /// When it was written by the store's clock, in seconds since 1970.
  public var modified: Int64

  /// Makes an entry of a listing.
  public init(name: ObjectName, size: Int, modified: Int64) {
    self.name = name
    self.size = size
    self.modified = modified
  }
}

/// The problems that every store reports in the same words.
public enum StoreProblem {
  /// Code of "the name is taken".
  public static let existsCode = "store.exists"
  /// Code of "there is no such object".
  public static let notFoundCode = "store.not-found"
  /// Code of "the object ends before the range does".
  public static let shortCode = "store.short-object"

  /// The name is taken.
  public static func exists(_ name: ObjectName, in location: String) -> Problem {
    Problem(
      code: existsCode,
      "the object \(name) exists already in \(location)",
      facts: facts(name, location),
      hint: "Objects are never overwritten; nothing was changed."
    )
  }

  /// There is no such object.
  public static func notFound(_ name: ObjectName, in location: String) -> Problem {
    Problem(
      code: notFoundCode,
      "there is no object \(name) in \(location)",
      facts: facts(name, location)
    )
  }

  /// The object ends before the range does.
  public static func short(
    _ name: ObjectName,
    in location: String,
    size: Int,
    range: Range<Int>
  ) -> Problem {
    Problem(
      .damaged,
      code: shortCode,
      "the object \(name) in \(location) is too short: it was truncated",
      reason: "bytes \(range.lowerBound) to \(range.upperBound) were asked, it has \(size)",
      facts: facts(name, location)
    )
  }

  private static func facts(_ name: ObjectName, _ location: String) -> [Problem.Fact] {
    [.init("object", name.text), .init("store", location)]
  }
}
