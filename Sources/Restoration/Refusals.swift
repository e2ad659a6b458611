internal import Postgres

/// What a server refused to the role that restores, gathered so that a person can read it.
struct Refusals {
  /// The classes of the objects that could not be made.
  private(set) var kinds: Set<String> = []
  private var objects: [String] = []
  private var owners: [(reason: String, objects: [String])] = []

  private static let shownObjects = 3

  /// Notes an object that could not be made.
  mutating func note(_ part: DefinitionScript.Part, _ error: PostgresError) {
    kinds.insert(part.kind)
    objects.append("\(Self.label(part)): \(error.message)")
  }

  /// Notes an object that keeps the role that restores as its owner.
  mutating func noteOwner(of part: DefinitionScript.Part, _ error: PostgresError) {
    if let place = owners.firstIndex(where: { $0.reason == error.message }) {
      owners[place].objects.append(Self.label(part))
    } else {
      owners.append((error.message, [Self.label(part)]))
    }
  }

  /// One sentence for each object, and one for each reason why owners could not be set.
  var sentences: [String] {
    objects
      + owners.map { reason, objects in
        let more = objects.count - Self.shownObjects
        let list = objects.prefix(Self.shownObjects).joined(separator: ", ")
        return "the owner of \(list)\(more > 0 ? " and \(more) more" : ""): \(reason)"
      }
  }

  private static func label(_ part: DefinitionScript.Part) -> String {
    ["COMMENT", "ACL"].contains(part.kind)
      ? "\(part.kind == "ACL" ? "rights on" : "comment on") \(part.name)"
      : "\(part.kind.lowercased()) \(part.name)"
  }
}
