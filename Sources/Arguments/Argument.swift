/// One declared argument of a command: its description, and how its word is stored.
public struct Argument<Root> {
  /// What help, manual, completions and the parser need to know.
  public let info: ArgumentInfo
  /// Reads the word and stores it; flags receive an empty word.
  let store: (inout Root, String) throws(UsageError.Reason) -> Void

  init(
    _ info: ArgumentInfo,
    store: @escaping (inout Root, String) throws(UsageError.Reason) -> Void
  ) {
    self.info = info
    self.store = store
  }

  init<Value: ArgumentValue, Property>(
    _ info: ArgumentInfo,
    storingAt path: WritableKeyPath<Root, Property>,
    _ assign: @escaping (inout Property, Value) -> Void
  ) {
    self.init(info) { (root, word) throws(UsageError.Reason) in
      guard let value = Value(argument: word) else {
        throw .badValue(name: info.name, value: word, expectation: Value.expectation)
      }
      assign(&root[keyPath: path], value)
    }
  }

  /// The same argument, stored inside a property of a larger group.
  func moved<Larger>(to path: WritableKeyPath<Larger, Root>) -> Argument<Larger> {
    Argument<Larger>(info) { [store] (larger, word) throws(UsageError.Reason) in
      try store(&larger[keyPath: path], word)
    }
  }

  /// The same argument under another heading of the help text.
  public func listed(under heading: String) -> Self {
    var info = info
    info.heading = heading
    return Self(info, store: store)
  }
}
