internal import ObjectStore
internal import Reports

extension StoreFindings {
  /// How far clocks may differ, in seconds, before a store is said to have a wrong one.
  private static let skewLimit: Int64 = 180

  /// What was found, in one line.
  var summary: String {
    let conditions = conditionalWrites.map { "conditional writes \($0.rawValue)" }
    let lock = objectLock.map { "object lock \($0 == .unknown ? "not known" : $0.rawValue)" }
    let clock = clockSkew.map { "clock \($0 < 0 ? "" : "+")\($0) s" }
    let words = [
      readAfterWrite && listAfterWrite && rangeReads ? "reads and lists at once" : nil,
      conditions, lock, clock, deletes ? nil : "deletes nothing",
    ]
    return words.compactMap { $0 }.joined(separator: ", ")
  }

  /// What is not as it should be, each with what to do.
  var shortcomings: [(text: String, advice: String)] {
    var found: [(text: String, advice: String)] = []
    if !rangeReads {
      found.append(("parts of objects cannot be read", "Drydock needs a store that can do this."))
    }
    if !readAfterWrite || !listAfterWrite {
      found.append(
        (
          "what was just written is not read or listed at once",
          "Let one host at a time use the repository, or use a store that is consistent."
        )
      )
    }
    if !writeOnce {
      found.append(
        ("a name that is taken is not refused", "Nobody else may write under this prefix.")
      )
    }
    if let clockSkew, abs(clockSkew) > Self.skewLimit {
      found.append(
        ("the store's clock differs by \(clockSkew) s", "Synchronise both clocks.")
      )
    }
    return found
  }

  /// The same for programs.
  var json: JSONValue {
    [
      "read_after_write": .boolean(readAfterWrite), "list_after_write": .boolean(listAfterWrite),
      "range_reads": .boolean(rangeReads), "write_once": .boolean(writeOnce),
      "deletes": .boolean(deletes), "clock_skew": clockSkew.map { JSONValue($0) } ?? .null,
      "conditional_writes": JSONValue(conditionalWrites?.rawValue),
      "object_lock": JSONValue(objectLock?.rawValue),
    ]
  }
}
