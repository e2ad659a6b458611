/// Finds the schemas that a statement names.
///
/// The parser writes a qualified name in several shapes: a member `schemaname`, a list of
/// identifiers whose first is the schema, or a plain identifier where the object *is* a schema.
enum SchemaMentions {
  static func find(kind: String, body: SyntaxTree) -> Set<String> {
    var schemas: Set<String> = []
    collectQualifiers(body, into: &schemas)
    schemas.formUnion(schemasAsObjects(kind: kind, body: body))
    if kind == "DoStmt" || kind == "CreateFunctionStmt" {
      body.visit { _, node in
        guard let code = code(of: node) else { return }
        schemas.formUnion(qualifiers(inCode: code.utf8))
      }
    }
    return schemas
  }

  private static func collectQualifiers(_ body: SyntaxTree, into schemas: inout Set<String>) {
    body.visit { name, node in
      for member in ["schemaname", "newschema"] {
        if let schema = node[member]?.text { schemas.insert(schema) }
      }
      // Operators and sort keys are lists of identifiers too, but never longer than one unless
      // they are qualified; so the first of several is a qualifier wherever it stands.
      let names = node.elements.compactMap(\.identifier)
      if names.count > 1, names.count == node.elements.count { schemas.insert(names[0]) }
      if name == "VariableSetStmt" || name == "DefElem" {
        schemas.formUnion(schemasInSetting(node))
      }
    }
    schemas.formUnion(schemasInSetting(body))
  }

  /// `SET search_path TO a, b`, and the `SCHEMA x` option of `CREATE EXTENSION`.
  private static func schemasInSetting(_ node: SyntaxTree) -> [String] {
    if node["defname"]?.text == "schema", let schema = node["arg"]?.identifier { return [schema] }
    guard node["name"]?.text?.lowercased() == "search_path" else { return [] }
    let values = node["args"]?.elements ?? []
    return values.compactMap { $0["A_Const"]?["sval"]?["sval"]?.text }
  }

  /// `DROP SCHEMA a`, `ALTER SCHEMA a`, `GRANT ... ON SCHEMA a`, `... IN SCHEMA a`.
  private static func schemasAsObjects(kind: String, body: SyntaxTree) -> [String] {
    let types = ["removeType", "objtype", "objectType", "renameType"].map { body[$0]?.text }
    let isSchema =
      types.contains("OBJECT_SCHEMA") || body["targtype"]?.text == "ACL_TARGET_ALL_IN_SCHEMA"
    guard isSchema else { return [] }
    let several = body["objects"]?.elements.compactMap(\.identifier) ?? []
    let single = body["object"]?.identifier
    return several + [single, body["subname"]?.text, body["newname"]?.text].compactMap { $0 }
  }

  private static func code(of node: SyntaxTree) -> String? {
    guard node["defname"]?.text == "as", let argument = node["arg"] else { return nil }
    return argument.identifier ?? argument["List"]?["items"]?.elements.first?.identifier
  }

  /// Every word that a dot follows: careful rather than exact, for the text may be any language.
  static func qualifiers(inCode code: some Sequence<UInt8>) -> Set<String> {
    var found: Set<String> = []
    var word: [UInt8] = []
    var isWordOver = true
    for byte in code {
      if byte == UInt8(ascii: "."), !word.isEmpty {
        found.insert(String(decoding: word, as: UTF8.self).lowercased())
        word = []
      } else if isWordByte(byte) {
        if isWordOver { word = [] }
        word.append(byte)
        isWordOver = false
      } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\"") {
        isWordOver = true
      } else {
        word = []
      }
    }
    return found
  }

  /// Whether a byte may stand in an unquoted name, in any encoding that a server can store.
  static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "_"), 48...57, 65...90, 97...122, 128...255: true
    default: false
    }
  }
}
