public import SQLSyntax

/// One statement of a patch, ready to be sent, that knows where it came from.
public struct Statement: Sendable {
  /// The file, relative to the patch directory.
  public var file: String
  /// Which statement of the patch it is, counted from 1; included files count where they stand.
  public var number: Int
  /// What is sent: the file's text with psql's variables filled in, without the terminator.
  public var text: String
  /// Where it begins.
  public var position: SourcePosition
  /// What the parser knows about it.
  public var syntax: StatementSyntax
  /// The rows that follow `COPY ... FROM STDIN`, without the line that ends them.
  public var copyData: [UInt8]?
  /// Whether it is a backfill's, and so runs once for each batch.
  public var isBatch = false

  var source: SourceMap

  /// `file:line:column`, as editors and compilers write a place.
  public var place: String { "\(file):\(position.line):\(position.column)" }

  /// Where in the file a character of the text stands.
  ///
  /// - Parameter character: Counted from 1 in characters, as PostgreSQL reports the position of an
  ///   error; inside the value of a variable it is the place of the variable.
  /// - Returns: The place; the statement's own where the character is not in the text.
  public func position(ofCharacter character: Int) -> SourcePosition {
    let scalars = text.unicodeScalars
    guard character >= 1,
      let index = scalars.index(
        scalars.startIndex,
        offsetBy: character - 1,
        limitedBy: scalars.endIndex
      )
    else { return position }
    return source.position(atText: text.utf8.distance(from: text.startIndex, to: index))
  }

  /// The first words of the statement on one line, for progress lines and reports.
  ///
  /// Literals can hold personal data, so from the first quote on everything is left out.
  public var headline: String {
    let code = text.prefix { $0 != "'" && $0 != "$" }
    let words = code.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let isCut = words.count > 80 || code.endIndex != text.endIndex
    return isCut ? "\(words.prefix(80))…" : words
  }
}

/// Leads from a byte of a statement's text back to the byte of the file.
struct SourceMap: Sendable {
  /// A stretch of text, and where in the file it stands; the value of a variable has no extent there.
  struct Stretch: Sendable {
    var textStart: Int
    var sourceStart: Int
    var isVariable: Bool
  }

  var lines: LineMap
  var stretches: [Stretch]

  func position(atText offset: Int) -> SourcePosition {
    let stretch = stretches.last { $0.textStart <= offset } ?? stretches[0]
    let distance = stretch.isVariable ? 0 : offset - stretch.textStart
    return lines.position(at: stretch.sourceStart + distance)
  }
}
