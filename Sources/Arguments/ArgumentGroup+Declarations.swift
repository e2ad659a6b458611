// The words in which a command declares its arguments.

extension ArgumentGroup {
  /// A value that must be given, found by its place.
  public static func positional<Value: ArgumentValue>(
    _ name: String,
    _ path: WritableKeyPath<Self, Value>,
    _ help: String,
    completion: ArgumentInfo.Completion = .none
  ) -> Argument<Self> {
    var info = ArgumentInfo(.positional, name, help, valueName: name.uppercased())
    info.describe(Value.self, completion)
    info.isRequired = true
    return Argument(info, storingAt: path) { $0 = $1 }
  }

  /// A value that may be left out, found by its place.
  public static func positional<Value: ArgumentValue>(
    _ name: String,
    _ path: WritableKeyPath<Self, Value?>,
    _ help: String,
    completion: ArgumentInfo.Completion = .none
  ) -> Argument<Self> {
    var info = ArgumentInfo(.positional, name, help, valueName: name.uppercased())
    info.describe(Value.self, completion)
    return Argument(info, storingAt: path) { $0 = $1 }
  }

  /// All remaining values; at least one when `isRequired`.
  public static func positional<Value: ArgumentValue>(
    _ name: String,
    _ path: WritableKeyPath<Self, [Value]>,
    _ help: String,
    isRequired: Bool = false,
    completion: ArgumentInfo.Completion = .none
  ) -> Argument<Self> {
    var info = ArgumentInfo(.positional, name, help, valueName: name.uppercased())
    info.describe(Value.self, completion)
    info.isRepeated = true
    info.isRequired = isRequired
    return Argument(info, storingAt: path) { (list: inout [Value], value) in list.append(value) }
  }

  /// An option with a default, which help shows.
  public static func option<Value: ArgumentValue>(
    _ name: String,
    short: String? = nil,
    _ path: WritableKeyPath<Self, Value>,
    value: String,
    _ help: String,
    completion: ArgumentInfo.Completion = .none
  ) -> Argument<Self> {
    var info = ArgumentInfo(.option, name, help, shortName: short, valueName: value)
    info.describe(Value.self, completion)
    let preset = Self()[keyPath: path].argument
    info.defaultText = preset.isEmpty ? nil : preset
    return Argument(info, storingAt: path) { $0 = $1 }
  }

  /// An option that may be left out.
  public static func option<Value: ArgumentValue>(
    _ name: String,
    short: String? = nil,
    _ path: WritableKeyPath<Self, Value?>,
    value: String,
    _ help: String,
    completion: ArgumentInfo.Completion = .none
  ) -> Argument<Self> {
    var info = ArgumentInfo(.option, name, help, shortName: short, valueName: value)
    info.describe(Value.self, completion)
    return Argument(info, storingAt: path) { $0 = $1 }
  }

  /// An option that may be given several times; the values keep their order.
  public static func option<Value: ArgumentValue>(
    _ name: String,
    short: String? = nil,
    _ path: WritableKeyPath<Self, [Value]>,
    value: String,
    _ help: String,
    completion: ArgumentInfo.Completion = .none
  ) -> Argument<Self> {
    var info = ArgumentInfo(.option, name, help, shortName: short, valueName: value)
    info.describe(Value.self, completion)
    info.isRepeated = true
    return Argument(info, storingAt: path) { (list: inout [Value], value) in list.append(value) }
  }

  /// An option that must be given, such as the target of something dangerous.
  public static func requiredOption<Value: ArgumentValue>(
    _ name: String,
    short: String? = nil,
    _ path: WritableKeyPath<Self, Value>,
    value: String,
    _ help: String,
    completion: ArgumentInfo.Completion = .none
  ) -> Argument<Self> {
    var info = ArgumentInfo(.option, name, help, shortName: short, valueName: value)
    info.describe(Value.self, completion)
    info.isRequired = true
    return Argument(info, storingAt: path) { $0 = $1 }
  }

  /// A switch without a value; giving it sets the property.
  public static func flag(
    _ name: String,
    short: String? = nil,
    _ path: WritableKeyPath<Self, Bool>,
    _ help: String
  ) -> Argument<Self> {
    let info = ArgumentInfo(.flag, name, help, shortName: short)
    return Argument(info) { (root, _) throws(UsageError.Reason) in root[keyPath: path] = true }
  }

  /// A flag that may carry a value behind `=`; alone it stands for what its type reads from an
  /// empty word.
  public static func flag<Value: ArgumentValue>(
    _ name: String,
    _ path: WritableKeyPath<Self, Value?>,
    orValue value: String,
    _ help: String
  ) -> Argument<Self> {
    let info = ArgumentInfo(.flag, name, help, valueName: value)
    return Argument(info, storingAt: path) { $0 = $1 }
  }
}
