internal import FoundationEssentials
internal import Problems
internal import Repository

/// Records about operations, in the repository: one line of JSON each, sealed, written once.
enum RecordBody {
  /// Stores a record; `store.exists` where there is one with this id.
  static func store(_ value: some Encodable, _ id: String, in repository: Repository) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try repository.putRecord(kind: .restore, id: id, Array(try encoder.encode(value)))
  }

  /// Reads a record; nil where the key slot in use may not.
  static func read<Value: Decodable>(_ id: String, in repository: Repository) throws -> Value? {
    guard let bytes = try repository.recordIfReadable(kind: .restore, id: id) else { return nil }
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch {
      throw Problem(
        .damaged,
        code: "operations.record",
        "the record \(id) of the repository cannot be read",
        hint: "Was it written by a later version of drydock?"
      )
    }
  }
}

/// Instants in the names of records: microseconds since 1970, of equal length, so they sort as text.
enum RecordTime {
  static func text(_ seconds: Double) -> String {
    let digits = String(Int((seconds * 1_000_000).rounded()))
    return String(repeating: "0", count: max(0, 17 - digits.count)) + digits
  }
}
