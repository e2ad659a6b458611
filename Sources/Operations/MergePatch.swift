internal import Bytes
internal import FoundationEssentials
internal import Postgres
internal import Problems

/// A JSON merge patch (RFC 7396): members replace those of the same name, null removes them, objects
/// merge member by member.
///
/// Only its structure is read here; the server takes every value out of the patch's own text, so no
/// digit of a number is lost.
struct MergePatch: Sendable {
  /// One change at a place.
  private enum Step: Sendable {
    /// There must be an object.
    case object([String])
    /// The value of the patch at this place.
    case value([String])
    case removal([String])
  }

  /// How a value is made; which number or text it is, only the server reads.
  private enum Shape: Decodable {
    case object([String: Shape])
    case null
    case value

    init(from decoder: any Decoder) throws {
      let content = try decoder.singleValueContainer()
      if content.decodeNil() {
        self = .null
      } else if let members = try? content.decode([String: Shape].self) {
        self = .object(members)
      } else {
        self = .value
      }
    }
  }

  private let text: String
  private let steps: [Step]

  /// Reads a patch; a `Problem` of kind `usage` where it is no JSON object.
  init(_ text: String) throws {
    self.text = text
    let read: Shape
    do {
      read = try JSONDecoder().decode(Shape.self, from: Data(text.utf8))
    } catch {
      throw Self.noObject(because: "it cannot be read as JSON")
    }
    guard case .object(let root) = read else { throw Self.noObject(because: nil) }
    steps = Self.steps(root, at: [])
  }

  private static func noObject(because reason: String?) -> Problem {
    Problem(
      .usage,
      code: "transition.patch",
      "the patch is no JSON object",
      reason: reason,
      hint: "Write it as in RFC 7396, such as '{\"retry\": true, \"reason\": null}'."
    )
  }

  private static func steps(_ object: [String: Shape], at place: [String]) -> [Step] {
    object.sorted { $0.key < $1.key }.flatMap { name, value -> [Step] in
      let place = place + [name]
      return switch value {
      case .null: [.removal(place)]
      case .value: [.value(place)]
      case .object(let inner): [.object(place)] + steps(inner, at: place)
      }
    }
  }

  /// A content merged with the patch, as text.
  func merged(with content: String, _ connection: Connection) throws -> String {
    var content = try merge(content, ensuring: [], connection)
    for step in steps {
      switch step {
      case .object(let place): content = try merge(content, ensuring: place, connection)
      case .value(let place):
        content = try one(
          "SELECT pg_catalog.jsonb_set($1, $2::text[], $3::jsonb #> $2::text[])",
          [.text(content), Self.path(place), .text(text)],
          connection
        )
      case .removal(let place):
        content = try one("SELECT $1::jsonb #- $2", [.text(content), Self.path(place)], connection)
      }
    }
    return content
  }

  /// Whether a content is as the patch makes it: merging it again changes nothing.
  func isIn(_ content: String, _ connection: Connection) throws -> Bool {
    let merged = try merged(with: content, connection)
    return try connection.query(
      "SELECT $1::jsonb = $2::jsonb",
      [.text(merged), .text(content)]
    ).bool
  }

  /// The content with an object at a place, an empty one where something else is.
  private func merge(
    _ content: String,
    ensuring place: [String],
    _ connection: Connection
  ) throws -> String {
    try one(
      place.isEmpty
        ? """
        SELECT CASE pg_catalog.jsonb_typeof($1) WHEN 'object' THEN $1::jsonb ELSE '{}' END
        """
        : """
        SELECT CASE pg_catalog.jsonb_typeof($1::jsonb #> $2) WHEN 'object' THEN $1::jsonb
          ELSE pg_catalog.jsonb_set($1::jsonb, $2, '{}') END
        """,
      place.isEmpty ? [.text(content)] : [.text(content), Self.path(place)],
      connection
    )
  }

  private func one(
    _ sql: String,
    _ parameters: [Parameter],
    _ connection: Connection
  ) throws -> String {
    try connection.query(sql, parameters).value ?? "{}"
  }

  /// A path as PostgreSQL reads `text[]`: every element quoted.
  private static func path(_ place: [String]) -> Parameter {
    let quoted = place.map { name in
      "\"\(name.replacing(mark: "\\", with: "\\\\").replacing(mark: "\"", with: "\\\""))\""
    }
    return .text("{\(quoted.joined(separator: ","))}")
  }
}
