internal import Bytes
internal import Files
internal import FoundationEssentials
internal import Problems
internal import SQLSyntax

/// Reads a script: splits it, follows includes, fills in psql's variables, classifies statements.
struct ScriptReader {
  /// Includes within includes deeper than this are a circle.
  private static let depthLimit = 16

  private let directory: String
  /// Where the directory really is, so that no link leads out of it unnoticed.
  private let root: String
  private let outside: [String: String]
  private var variables: [String: String]
  private var used: [String: String] = [:]
  private var directives = Directives()
  private var statements: [Statement] = []
  private var includes: [(path: String, bytes: [UInt8])] = []
  private var depth = 0
  /// The variables of its own that a backfill uses.
  private var batchVariables: Set<Backfill.Variable> = []
  /// What a person asks of a backfill's rows besides.
  private let criteria: [String]

  init(directory: String, variables: [String: String], criteria: [String] = []) {
    self.criteria = criteria
    self.directory = directory
    root = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
    outside = variables
    self.variables = variables
  }

  /// Reads a file, or the section of it that is this script.
  mutating func read(_ file: String, section: Range<Int>? = nil) throws(Problem) -> Script {
    let whole = try load(file)
    let range = (section ?? whole.indices).clamped(to: whole.indices)
    let bytes = Array(whole[range])
    try take(file, section == nil ? whole : Self.masked(whole, outside: range))
    return Script(
      file: file,
      directives: directives,
      statements: statements,
      identity: try identity(of: file, bytes),
      includes: includes.map(\.path),
      variables: used,
      backfill: backfill,
      batchVariables: batchVariables
    )
  }

  private var backfill: Backfill? {
    var backfill = directives.backfill
    backfill?.criteria = criteria
    return backfill
  }

  /// The file with blanks for all that is outside a range, so that lines and columns stay right.
  private static func masked(_ bytes: [UInt8], outside range: Range<Int>) -> [UInt8] {
    bytes.enumerated().map { offset, byte in
      range.contains(offset) || byte == 10 || byte == 13 ? byte : 32
    }
  }

  /// The statements of a text that is part of the program.
  static func statements(of text: String, file: String) throws(Problem) -> [Statement] {
    var reader = ScriptReader(directory: "/", variables: [:])
    try reader.take(file, Array(text.utf8))
    return reader.statements
  }

  private func identity(of file: String, _ bytes: [UInt8]) throws(Problem) -> PatchIdentity {
    do {
      return try PatchIdentity(file: bytes, includes: includes)
    } catch {
      throw Problem(
        .failed,
        code: "patch.hash",
        "\(file): the hash cannot be computed",
        reason: "\(error)"
      )
    }
  }

  private func load(_ file: String) throws(Problem) -> [UInt8] {
    try DirectoryListing.bytes(file, in: directory)
  }

  private mutating func take(_ file: String, _ bytes: [UInt8]) throws(Problem) {
    let source = Source(file: file, bytes: bytes, lines: LineMap(bytes))
    for (index, piece) in try split(file, bytes).enumerated() {
      switch piece.kind {
      case .blank: try takeDirectives(source, piece, isHead: index == 0 && depth == 0)
      case .statement: try takeStatement(source, piece)
      case .metaCommand: try takeCommand(source, piece)
      case .copyData: try takeRows(source, piece)
      case .terminator: continue
      }
    }
  }

  /// The file that is being read.
  private struct Source {
    var file: String
    var bytes: [UInt8]
    var lines: LineMap

    func place(_ offset: Int) -> String {
      let position = lines.position(at: offset)
      return "\(file):\(position.line):\(position.column)"
    }
  }

  private func split(_ file: String, _ bytes: [UInt8]) throws(Problem) -> [SourcePiece] {
    do throws(SplitFailure) {
      return try StatementSplitter.split(bytes)
    } catch {
      throw Problem(
        .refused,
        code: "patch.unfinished",
        "\(file):\(error.position.line):\(error.position.column): \(error.cause.rawValue)",
        hint: "The place is where it begins. Nothing of this file can be run until it is closed."
      )
    }
  }

  // MARK: Directives

  private mutating func takeDirectives(
    _ source: Source,
    _ piece: SourcePiece,
    isHead: Bool
  ) throws(Problem) {
    var offset = piece.range.lowerBound
    for line in source.bytes[piece.range].split(
      omittingEmptySubsequences: false,
      whereSeparator: { $0 == 10 || $0 == 13 }
    ) {
      let text = String(decoding: line, as: UTF8.self).trimmed
      let comment = text.drop { $0 == "-" || $0 == "\u{FEFF}" }
      let isComment = text.drop { $0 == "\u{FEFF}" }.hasPrefix("--")
      let words = comment.drop(while: \.isWhitespace)
      if isComment, words.lowercased().hasPrefix(Directives.marker) {
        let place = source.place(offset)
        guard isHead else {
          throw Directives.problem(
            "a directive must stand at the head of the patch, before its first statement",
            place,
            "Move the line to the top of the patch file."
          )
        }
        try directives.take(String(words.dropFirst(Directives.marker.count)), place: place)
      }
      offset += line.count + 1
    }
  }

  // MARK: Statements

  private mutating func takeStatement(_ source: Source, _ piece: SourcePiece) throws(Problem) {
    let position = source.lines.position(at: piece.range.lowerBound)
    var expanded: [UInt8] = []
    var stretches: [SourceMap.Stretch] = []
    var offset = piece.range.lowerBound
    func keep(upTo end: Int) {
      stretches.append(.init(textStart: expanded.count, sourceStart: offset, isVariable: false))
      expanded += source.bytes[offset..<end]
    }
    for reference in piece.variables {
      guard let value = try value(of: reference, source) else { continue }
      keep(upTo: reference.range.lowerBound)
      stretches.append(
        .init(
          textStart: expanded.count,
          sourceStart: reference.range.lowerBound,
          isVariable: true
        )
      )
      expanded += value.utf8
      offset = reference.range.upperBound
    }
    keep(upTo: piece.range.upperBound)
    if !piece.variables.isEmpty, !Self.isOneStatement(expanded, piece) {
      throw severalStatements(source.place(piece.range.lowerBound))
    }
    guard !expanded.contains(0) else { throw zeroByte(source.place(piece.range.lowerBound)) }
    guard let text = String(validating: expanded, as: UTF8.self) else {
      throw notUTF8(source.place(piece.range.lowerBound))
    }
    statements.append(
      Statement(
        file: source.file,
        number: statements.count + 1,
        text: text,
        position: position,
        syntax: Parser.classify(expanded),
        copyData: piece.expectsCopyData ? [] : nil,
        isBatch: directives.backfill != nil,
        source: SourceMap(lines: source.lines, stretches: stretches)
      )
    )
  }

  /// Whether a statement is still one when its variables are filled in: after an E even a quoted value
  /// can end its quotes, and a COPY is sent in a way that lets several statements through.
  private static func isOneStatement(_ expanded: [UInt8], _ piece: SourcePiece) -> Bool {
    let rows = piece.expectsCopyData ? Array(";\n\\.\n".utf8) : []
    guard let pieces = try? StatementSplitter.split(expanded + rows) else { return false }
    let ends = pieces.count { $0.kind == .terminator }
    return pieces.count { $0.kind == .statement } == 1 && ends == (rows.isEmpty ? 0 : 1)
  }

  /// What a variable stands for; `nil` leaves the text as it is, like psql, for `a[1:n]` is no variable.
  private mutating func value(
    of reference: SourcePiece.VariableReference,
    _ source: Source
  ) throws(Problem) -> String? {
    if let text = batchText(of: reference) { return text }
    guard let value = variables[reference.name] else { return nil }
    if outside[reference.name] == value { used[reference.name] = value }
    switch reference.quoting {
    case .literal: return "'\(value.escaping(["'": "''"]))'"
    case .identifier: return "\"\(value.escaping(["\"": "\"\""]))\""
    case .none:
      guard isPartOfOneStatement(value) else {
        throw Problem(
          .refused,
          code: "patch.variable",
          "\(source.place(reference.range.lowerBound)): the value of :\(reference.name) is not a"
            + " part of one statement",
          hint: "Write :'\(reference.name)' for a text, or put whole statements into a file that"
            + " \\ir includes."
        )
      }
      return value
    }
  }

  /// What one of a backfill's own variables stands for; nil for any other.
  private mutating func batchText(of reference: SourcePiece.VariableReference) -> String? {
    guard reference.quoting == .none, let backfill,
      let variable = Backfill.Variable(rawValue: reference.name)
    else { return nil }
    batchVariables.insert(variable)
    return backfill.text(of: variable)
  }

  private func isPartOfOneStatement(_ value: String) -> Bool {
    guard let pieces = try? StatementSplitter.split(Array(value.utf8)) else { return false }
    return pieces.allSatisfy { $0.kind == .statement || $0.kind == .blank } && !value.contains(";")
  }

  private mutating func takeRows(_ source: Source, _ piece: SourcePiece) throws(Problem) {
    // The last line is `\.`, which psql keeps to itself.
    let rows = source.bytes[piece.range].dropLast(while: { $0 == 10 || $0 == 13 }).dropLast(2)
    guard String(validating: rows, as: UTF8.self) != nil else {
      throw notUTF8(source.place(piece.range.lowerBound))
    }
    statements[statements.count - 1].copyData = Array(rows)
  }

  private func severalStatements(_ place: String) -> Problem {
    Problem(
      .refused,
      code: "patch.variable",
      "\(place): with the values of its variables it is not one statement",
      hint: "Write :'name' for a text, and no E before it; put whole statements into a file that"
        + " \\ir includes."
    )
  }

  /// The protocol ends a statement at its first zero byte: the rest, a WHERE perhaps, would be lost.
  private func zeroByte(_ place: String) -> Problem {
    Problem(
      .refused,
      code: "patch.zero-byte",
      "\(place): the statement holds a zero byte",
      hint: "PostgreSQL cannot store one. Is the file UTF-16, or not text at all?"
    )
  }

  private func notUTF8(_ place: String) -> Problem {
    Problem(
      .refused,
      code: "patch.encoding",
      "\(place): the statement is not UTF-8",
      hint: "Convert the file, for example: iconv -f LATIN1 -t UTF-8 -o new.sql old.sql"
    )
  }

  // MARK: psql's commands

  private mutating func takeCommand(_ source: Source, _ piece: SourcePiece) throws(Problem) {
    let line = String(decoding: source.bytes[piece.range], as: UTF8.self)
    let place = source.place(piece.range.lowerBound)
    noteVariables(in: line)
    switch MetaCommand(line: line, variables: variables) {
    case .ignored: return
    case .set(let name, let value): variables[name] = value
    case .include(let path): try include(path, place)
    case .includeRelative(let path):
      let folder = source.file.split(separator: "/").dropLast().joined(separator: "/")
      try include(folder.isEmpty ? path : "\(folder)/\(path)", place)
    case .refused(let name, let reason):
      throw Problem(
        .refused,
        code: "patch.psql-command",
        "\(place): the psql command \\\(name) cannot stand in a patch",
        reason: reason,
        hint: "What a patch may hold: \\i, \\ir, \\set, \\restrict and \\unrestrict."
      )
    }
  }

  /// Notes what a command takes over from outside: `\set table :name` carries the value of `name` into
  /// statements under another name, and a receipt must bind it all the same.
  private mutating func noteVariables(in line: String) {
    for (name, value) in outside where variables[name] == value && line.contains(":\(name)") {
      used[name] = value
    }
  }

  private mutating func include(_ path: String, _ place: String) throws(Problem) {
    let target = URL(fileURLWithPath: "\(root)/\(path)").resolvingSymlinksInPath().path
    guard !path.hasPrefix("/"), target.hasPrefix("\(root)/") else {
      throw Problem(
        .refused,
        code: "patch.include",
        "\(place): \(path) is outside the patch directory",
        hint: "A patch is identified by its bytes and those of what it includes, so both live in"
          + " one directory."
      )
    }
    guard depth < Self.depthLimit else {
      throw Problem(
        .refused,
        code: "patch.include",
        "\(place): files include one another without end"
      )
    }
    let file = String(target.dropFirst(root.count + 1))
    let bytes = try load(file)
    includes.append((file, bytes))
    depth += 1
    try take(file, bytes)
    depth -= 1
  }
}

extension ArraySlice<UInt8> {
  /// The slice without the bytes at its end that satisfy the condition.
  fileprivate func dropLast(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    var end = endIndex
    while end > startIndex, condition(self[end - 1]) { end -= 1 }
    return self[startIndex..<end]
  }
}
