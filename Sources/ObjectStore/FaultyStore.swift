internal import Problems
internal import Synchronization

/// A store that fails where a plan says, so that tests can crash a writer at every operation.
public final class FaultyStore: ObjectStore {
  /// One call to the store.
  public struct Operation: Sendable, Equatable {
    /// What is called.
    public enum Verb: String, Sendable, CaseIterable {
      /// `put`.
      case put
      /// `get`, whole or by range.
      case get
      /// `size`.
      case size
      /// `list`.
      case list
      /// `delete`.
      case delete
    }

    /// The call's number, from 1, in the order in which calls begin.
    public var number: Int
    /// What is called.
    public var verb: Verb
    /// The object's name, or the directory that is listed.
    public var target: String
  }

  /// When a hook is called.
  public enum Moment: Sendable {
    /// Nothing has happened yet.
    case before
    /// The store has done its work.
    case after
  }

  /// What happens to one call.
  public enum Fault: Sendable {
    /// The call works.
    case none
    /// The call fails, and the store is as before.
    case failBefore
    /// The store does its work, and the caller hears of a failure.
    case failAfter
    /// A `put` leaves only this many bytes under the name, and fails.
    case tear(Int)
  }

  /// The store underneath.
  public let base: any ObjectStore
  private let isFar: Bool
  private let plan: @Sendable (Operation) -> Fault
  private let hook: @Sendable (Operation, Moment) -> Void
  private let count = Mutex(0)

  /// Makes a faulty store.
  ///
  /// - Parameters:
  ///   - base: The store that does the work.
  ///   - isFar: Whether it seems to be behind a network.
  ///   - plan: Decides for each call; by default every call works.
  ///   - hook: Called before and after each call, to count, to log or to kill.
  public init(
    _ base: any ObjectStore,
    isFar: Bool = false,
    plan: @escaping @Sendable (Operation) -> Fault = { _ in .none },
    hook: @escaping @Sendable (Operation, Moment) -> Void = { _, _ in }
  ) {
    self.base = base
    self.isFar = isFar
    self.plan = plan
    self.hook = hook
  }

  /// Where the base is.
  public var location: String { base.location }

  /// As the base wants it, or as a bucket does where this seems to be one.
  public var parallelPuts: Int { isFar ? 3 : base.parallelPuts }
  /// How many calls began.
  public var operations: Int { count.withLock { $0 } }

  /// Stores, unless the plan says otherwise.
  public func put(_ name: ObjectName, _ bytes: [UInt8]) throws {
    try perform(.put, name.text) { fault in
      guard case .tear(let length) = fault else { return try base.put(name, bytes) }
      try base.put(name, Array(bytes.prefix(length)))
      throw Self.failure(.put, name.text)
    }
  }

  /// Reads, unless the plan says otherwise.
  public func get(_ name: ObjectName) throws -> [UInt8] {
    try perform(.get, name.text) { _ in try base.get(name) }
  }

  /// Reads a range, unless the plan says otherwise.
  public func get(_ name: ObjectName, range: Range<Int>) throws -> [UInt8] {
    try perform(.get, name.text) { _ in try base.get(name, range: range) }
  }

  /// As near as the base, unless it is to seem far; no call to it, so no fault.
  public func isNear(_ name: ObjectName, range: Range<Int>) -> Bool {
    !isFar && base.isNear(name, range: range)
  }

  /// Asks the size, unless the plan says otherwise.
  public func size(of name: ObjectName) throws -> Int {
    try perform(.size, name.text) { _ in try base.size(of: name) }
  }

  /// Lists, unless the plan says otherwise.
  public func list(_ directory: String) throws -> [ObjectInfo] {
    try perform(.list, directory) { _ in try base.list(directory) }
  }

  /// Deletes, unless the plan says otherwise.
  public func delete(_ name: ObjectName) throws {
    try perform(.delete, name.text) { _ in try base.delete(name) }
  }

  /// What the base tells of itself; no operation, so no fault.
  public func describe(_ findings: inout StoreFindings) throws { try base.describe(&findings) }

  private func perform<Result>(
    _ verb: Operation.Verb,
    _ target: String,
    _ body: (Fault) throws -> Result
  ) throws -> Result {
    let number = count.withLock { count in
      count += 1
      return count
    }
    let operation = Operation(number: number, verb: verb, target: target)
    hook(operation, .before)
    let fault = plan(operation)
    if case .failBefore = fault { throw Self.failure(verb, target) }
    let result = try body(fault)
    hook(operation, .after)
    if case .failAfter = fault { throw Self.failure(verb, target) }
    return result
  }

  private static func failure(_ verb: Operation.Verb, _ target: String) -> Problem {
    Problem(code: "store.fault", "the store failed as planned at \(verb.rawValue) \(target)")
  }
}
