/// One stretch of a patch file; all stretches, put together, are the file byte for byte.
public struct SourcePiece: Sendable, Equatable {
  /// What the stretch is.
  public enum Kind: Sendable, Equatable {
    /// Blanks, comments, a byte order mark, or a semicolon that ends nothing.
    case blank
    /// A statement, from its first token to the end of its last; the terminator follows.
    case statement
    /// The semicolon that ends the statement before it.
    case terminator
    /// A command of psql: a backslash and the rest of its line.
    case metaCommand
    /// The rows that follow `COPY ... FROM STDIN`, with the line `\.` that ends them.
    case copyData
  }

  /// A variable of psql inside a statement: `:name`, `:'name'` or `:"name"`.
  public struct VariableReference: Sendable, Equatable {
    /// How the value is written into the statement.
    public enum Quoting: Sendable, Equatable {
      /// As it stands.
      case none
      /// As a literal.
      case literal
      /// As an identifier.
      case identifier
    }

    /// Where it stands in the file.
    public var range: Range<Int>
    /// The variable's name.
    public var name: String
    /// How the value is written.
    public var quoting: Quoting
  }

  /// What the stretch is.
  public var kind: Kind
  /// Its bytes in the file.
  public var range: Range<Int>
  /// Variables of psql in it, in order; only in statements.
  public var variables: [VariableReference] = []
  /// Whether rows for `COPY ... FROM STDIN` follow; only in statements.
  public var expectsCopyData = false
}

/// Why a file cannot be split, and where.
public struct SplitFailure: Error, Sendable, Equatable {
  /// What never ends or does not belong.
  public enum Cause: String, Sendable, Equatable {
    /// A quoted text.
    case openLiteral = "a quoted text is never closed"
    /// A quoted name.
    case openIdentifier = "a quoted name is never closed"
    /// A dollar-quoted text.
    case openDollarQuote = "a dollar-quoted text is never closed"
    /// A block comment.
    case openComment = "a block comment is never closed"
    /// A parenthesis.
    case openParenthesis = "a parenthesis is never closed"
    /// The body of an SQL function.
    case openBody = "a BEGIN ATOMIC body has no END"
    /// Rows of a COPY.
    case openCopyData = "the rows after COPY ... FROM STDIN have no line '\\.' that ends them"
    /// More on the line of a COPY whose rows begin on the next one.
    case textAfterCopy = "text follows COPY ... FROM STDIN on the same line"
    /// A COPY whose rows must follow, without its terminator.
    case copyWithoutTerminator = "COPY ... FROM STDIN has no terminator, so no rows can follow"
    /// A psql command that does not stand at the beginning of a statement.
    case strayBackslash = "a psql command stands inside a statement"
  }

  /// What is wrong.
  public var cause: Cause
  /// Where it began.
  public var position: SourcePosition
}
