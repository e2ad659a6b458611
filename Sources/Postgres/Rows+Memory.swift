internal import CLibPQ

/// Lends an array of C strings, with a null pointer at its end, to `body`.
func withCStrings<Result>(
  _ strings: [String],
  _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  unsafe withPointers(strings.map { Array($0.utf8CString).map { UInt8(bitPattern: $0) } }) {
    unsafe body($0)
  }
}

/// Lends an array of pointers to the bytes of each value, nil for a missing one, to `body`.
///
/// All values lie in one block, so that they stay where they are for the length of the call.
func withPointers<Result>(
  _ values: [[UInt8]?],
  _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  let block = Array(values.map { $0 ?? [] }.joined()) + [0]
  return unsafe block.withUnsafeBytes { bytes in
    var pointers: [UnsafePointer<CChar>?] = unsafe []
    var offset = 0
    for value in values {
      if let value {
        unsafe pointers.append(
          bytes.baseAddress.map { unsafe ($0 + offset).assumingMemoryBound(to: CChar.self) }
        )
        offset += value.count
      } else {
        unsafe pointers.append(nil)
      }
    }
    unsafe pointers.append(nil)
    return unsafe pointers.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("never empty") }
      return unsafe body(start)
    }
  }
}

extension Parameter {
  /// Whether it is a text that libpq would cut.
  var holdsZeroByte: Bool {
    if case .text(let text) = self { text.utf8.contains(0) } else { false }
  }

  /// The value as libpq wants it, with a zero byte at its end; nil for NULL.
  var wireBytes: [UInt8]? {
    switch self {
    case .text(let text): Array(text.utf8) + [0]
    case .bytes(let bytes): bytes + [0]
    case .null: nil
    }
  }
}

extension Rows {
  /// Copies libpq's result.
  init(_ result: OpaquePointer) {
    let columnCount = unsafe PQnfields(result)
    let rowCount = unsafe PQntuples(result)
    let columns = (0..<columnCount).map { column in
      unsafe PQfname(result, column).map { unsafe String(cString: $0) } ?? ""
    }
    var values: [String?] = []
    values.reserveCapacity(Int(columnCount) * Int(rowCount))
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        guard unsafe PQgetisnull(result, row, column) == 0,
          let start = unsafe PQgetvalue(result, row, column)
        else {
          values.append(nil)
          continue
        }
        let count = Int(unsafe PQgetlength(result, row, column))
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
        unsafe values.append(String(decoding: bytes, as: UTF8.self))
      }
    }
    let tag = unsafe PQcmdTuples(result).map { unsafe String(cString: $0) } ?? ""
    self.init(
      columns: columns,
      values: values,
      rowCount: Int(rowCount),
      affected: Int(tag) ?? 0
    )
  }
}

extension PostgresError {
  /// The fields of libpq's error result (manual, `PQresultErrorField`).
  init(_ result: OpaquePointer, lost: Bool) {
    func field(_ code: UInt8) -> String? {
      unsafe PQresultErrorField(result, Int32(code)).map { unsafe String(cString: $0) }
    }
    let whole = unsafe PQresultErrorMessage(result).map { unsafe String(cString: $0) } ?? ""
    let table = field(UInt8(ascii: "t"))
    self.init(
      sqlState: field(UInt8(ascii: "C")),
      message: field(UInt8(ascii: "M")) ?? whole,
      hint: field(UInt8(ascii: "H")),
      position: field(UInt8(ascii: "P")).flatMap { Int($0) },
      privateDetail: field(UInt8(ascii: "D")),
      table: table.map { name in field(UInt8(ascii: "s")).map { "\($0).\(name)" } ?? name },
      constraint: field(UInt8(ascii: "n")),
      isConnectionLost: lost
    )
  }
}
