/// The statement of `pg_dump` that adds a foreign key, taken apart.
struct ForeignKeyStatement: Sendable, Equatable {
  let key: Journal.Key
  let definition: String
  /// Whether the table is partitioned: `pg_dump` leaves out ONLY then.
  let isPartitioned: Bool

  /// Finds it in a script; nil where there is none of the shape that `pg_dump` writes.
  init?(_ script: String) {
    let bytes = Array(script.utf8)
    let tokens = Array(DefinitionTokens(bytes))
    guard let start = tokens.firstIndex(where: { $0.word == "alter" }) else { return nil }
    var rest = tokens[(start + 1)...]
    guard rest.popFirst()?.word == "table" else { return nil }
    isPartitioned = rest.first?.word != "only"
    if !isPartitioned { rest.removeFirst() }
    guard let schema = rest.popFirst()?.name, rest.popFirst() != nil,
      let table = rest.popFirst()?.name, rest.popFirst()?.word == "add",
      rest.popFirst()?.word == "constraint", let name = rest.popFirst()?.name,
      let first = rest.first, let end = rest.first(where: \.isEnd)
    else { return nil }
    key = Journal.Key(schema: schema, table: table, name: name)
    definition = String(
      decoding: bytes[first.range.lowerBound..<end.range.lowerBound],
      as: UTF8.self
    )
    guard ForeignKeyDefinition(definition) != nil else { return nil }
  }
}
