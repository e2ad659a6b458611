internal import Arguments
internal import Reports

extension CommandInfo {
  /// Everything that is known about a command and those below it.
  var json: JSONValue {
    [
      "name": .string(name),
      "call": .string(call),
      "summary": .string(summary),
      "discussion": .string(discussion),
      "hidden": .boolean(isHidden),
      "arguments": .array(arguments.map(\.json)),
      "examples": .array(
        examples.map { ["line": .string($0.line), "purpose": .string($0.purpose)] }
      ),
      "commands": .array(subcommands.map(\.json)),
    ]
  }
}

extension ArgumentInfo {
  /// Everything that is known about an argument.
  var json: JSONValue {
    [
      "kind": .string(kind.rawValue),
      "name": .string(name),
      "short": JSONValue(shortName),
      "value": valueName.isEmpty ? nil : .string(valueName),
      "help": .string(help),
      "required": .boolean(isRequired),
      "repeated": .boolean(isRepeated),
      "choices": .array(choices.map(JSONValue.string)),
      "default": JSONValue(defaultText),
    ]
  }
}
