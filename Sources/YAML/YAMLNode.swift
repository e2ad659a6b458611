/// A value of a YAML document, and where it stands.
public struct YAMLNode: Sendable, Equatable {
  /// What the value is.
  public enum Content: Sendable, Equatable {
    /// A text; `isQuoted` tells `"5"` from `5`.
    case scalar(String, isQuoted: Bool)
    /// Values in order.
    case sequence([YAMLNode])
    /// Named values in order.
    case mapping([Entry])
  }

  /// A name with its value.
  public struct Entry: Sendable, Equatable {
    /// The name, and where it stands.
    public var key: Key
    /// The value.
    public var value: YAMLNode
  }

  /// The name of an entry, and where it stands.
  public struct Key: Sendable, Equatable {
    /// The name.
    public var name: String
    /// Where it stands.
    public var mark: YAMLMark
  }

  /// What the value is.
  public var content: Content
  /// Where it begins.
  public var mark: YAMLMark

  /// Whether nothing was written: an empty value, `null` or `~`.
  public var isNull: Bool {
    guard case .scalar(let text, isQuoted: false) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }
}

/// A place in a YAML document; both numbers begin with 1, as editors count.
public struct YAMLMark: Sendable, Equatable {
  /// The line.
  public var line: Int
  /// The column.
  public var column: Int

  /// Makes a place.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// Why a text was not read as YAML, and where.
public struct YAMLError: Error, Sendable, Equatable {
  /// What is wrong, as a sentence without a full stop.
  public var message: String
  /// Where.
  public var mark: YAMLMark
}
