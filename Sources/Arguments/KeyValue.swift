/// A word of the form `key=value`.
public struct KeyValue: ArgumentValue, Equatable {
  /// What stands before the first equals sign; never empty.
  public var key: String
  /// What stands after it; may be empty.
  public var value: String

  /// Makes a pair.
  public init(key: String, value: String) {
    self.key = key
    self.value = value
  }

  /// A key, an equals sign and a value.
  public static var expectation: String { "of the form key=value" }

  /// Splits at the first equals sign.
  public init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      return nil
    }
    key = String(argument[..<equals])
    value = String(argument[argument.index(after: equals)...])
  }

  /// The pair as it was written.
  public var argument: String { "\(key)=\(value)" }
}
