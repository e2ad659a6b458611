internal import CYAML

/// The events of libyaml's parser, one by one, as Swift values.
///
/// The parser and the bytes that it reads live as long as this object.
@safe final class YAMLEvents {
  /// One event and where it begins.
  struct Event {
    /// What was found.
    enum Kind: Equatable {
      case streamStart, streamEnd, documentStart, documentEnd
      case scalar(String, isQuoted: Bool)
      case sequenceStart, sequenceEnd, mappingStart, mappingEnd
      case alias
    }
    var kind: Kind
    var mark: YAMLMark
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  init(_ text: String) throws(YAMLError) {
    let utf8 = Array(text.utf8)
    unsafe bytes = .allocate(capacity: utf8.count)
    _ = unsafe bytes.initialize(fromContentsOf: utf8)
    unsafe parser = .allocate(capacity: 1)
    // What was allocated is freed by deinit, also where this throws.
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      throw YAMLError(message: "Memory ran out", mark: YAMLMark(line: 1, column: 1))
    }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe bytes.deallocate()
  }

  func next() throws(YAMLError) -> Event {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { unsafe yaml_event_delete(&event) }
    let mark = unsafe Self.mark(event.start_mark)
    return Event(kind: try unsafe kind(of: event, at: mark), mark: mark)
  }

  private func kind(of event: yaml_event_t, at mark: YAMLMark) throws(YAMLError) -> Event.Kind {
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    case YAML_ALIAS_EVENT: return .alias
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      try unsafe refuse(anchor: start.anchor != nil, tag: start.tag != nil, at: mark)
      return .sequenceStart
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      try unsafe refuse(anchor: start.anchor != nil, tag: start.tag != nil, at: mark)
      return .mappingStart
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      try unsafe refuse(anchor: scalar.anchor != nil, tag: scalar.tag != nil, at: mark)
      let text = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let isQuoted = unsafe scalar.style != YAML_PLAIN_SCALAR_STYLE
      return unsafe .scalar(String(decoding: text, as: UTF8.self), isQuoted: isQuoted)
    default: throw YAMLError(message: "An unknown construct", mark: mark)
    }
  }

  private func refuse(anchor: Bool, tag: Bool, at mark: YAMLMark) throws(YAMLError) {
    if anchor { throw YAMLError(message: "Anchors and aliases are not supported", mark: mark) }
    if tag { throw YAMLError(message: "Tags are not supported", mark: mark) }
  }

  private func failure() -> YAMLError {
    let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
    let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) }
    let words = [problem ?? "The text cannot be read", context].compactMap { $0 }
    return YAMLError(message: words.joined(separator: " "), mark: failureMark)
  }

  /// Where reading failed; for bytes that are no character libyaml tells only their offset.
  private var failureMark: YAMLMark {
    guard unsafe parser.pointee.error == YAML_READER_ERROR else {
      return unsafe Self.mark(parser.pointee.problem_mark)
    }
    let before = unsafe bytes.prefix(parser.pointee.problem_offset)
    let newline = UInt8(ascii: "\n")
    let line = unsafe before.count { $0 == newline }
    let column = unsafe before.reversed().prefix { $0 != newline }.count
    return YAMLMark(line: line + 1, column: column + 1)
  }

  private static func mark(_ mark: yaml_mark_t) -> YAMLMark {
    YAMLMark(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}
