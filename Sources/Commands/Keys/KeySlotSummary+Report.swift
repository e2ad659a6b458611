internal import FoundationEssentials
internal import Reports
internal import Repository

extension KeySlotSummary {
  /// A time as people read it, in UTC and to the second.
  static func time(_ date: Date) -> String {
    date.formatted(.iso8601)
  }

  /// The slot for programs; nothing of it is secret.
  var json: JSONValue {
    [
      "id": .string(id), "kind": .string(kind), "role": .string(role.rawValue),
      "label": .string(label), "created": created.map { .string(Self.time($0)) } ?? .null,
      "generation": generation.map { .integer(Int64($0)) } ?? .null, "own": .boolean(isOwn),
      "authority": authority.map { .string($0.description) } ?? .null,
    ]
  }
}
