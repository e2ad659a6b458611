/// Reads the actions of a statement off its parse tree.
enum TreeActions {
  static func find(_ kind: String, _ body: SyntaxTree) -> [SchemaAction] {
    switch kind {
    case "CreateStmt": [createTable(body)].compactMap { $0 }
    case "AlterTableStmt": alterations(body)
    case "IndexStmt": [createIndex(body)].compactMap { $0 }
    case "DropStmt": [drop(body)]
    case "RenameStmt": [rename(body)].compactMap { $0 }
    case "AlterObjectSchemaStmt": [move(body)].compactMap { $0 }
    case "TruncateStmt":
      [
        .truncate(
          body["relations"]?.elements.compactMap { name($0["RangeVar"]) } ?? [],
          cascades: body["behavior"]?.text == "DROP_CASCADE"
        )
      ]
    case "UpdateStmt", "DeleteStmt", "MergeStmt":
      name(body["relation"]).map { [.write(commands[kind] ?? kind, $0)] } ?? []
    default: others(kind, body)
    }
  }

  private static let commands = [
    "UpdateStmt": "UPDATE", "DeleteStmt": "DELETE", "MergeStmt": "MERGE",
  ]

  private static func createTable(_ body: SyntaxTree) -> SchemaAction? {
    guard let table = name(body["relation"]) else { return nil }
    let elements = body["tableElts"]?.elements ?? []
    return .createTable(
      table,
      elements.compactMap { column($0["ColumnDef"]) },
      elements.compactMap { constraint($0["Constraint"]) }
    )
  }

  private static func createIndex(_ body: SyntaxTree) -> SchemaAction? {
    guard let table = name(body["relation"]) else { return nil }
    return .createIndex(
      table,
      IndexSyntax(
        name: body["idxname"]?.text,
        width: body["indexParams"]?.elements.count ?? 0,
        isUnique: body["unique"]?.isTrue == true,
        isConcurrent: body["concurrent"]?.isTrue == true
      )
    )
  }

  private static func drop(_ body: SyntaxTree) -> SchemaAction {
    .drop(
      body["removeType"]?.text ?? "",
      (body["objects"]?.elements ?? []).compactMap(objectName),
      isConcurrent: body["concurrent"]?.isTrue == true,
      ifExists: body["missing_ok"]?.isTrue == true
    )
  }

  private static func rename(_ body: SyntaxTree) -> SchemaAction? {
    let old = name(body["relation"]) ?? body["object"].flatMap(objectName)
    let named = old ?? body["subname"]?.text.map { ObjectName($0) }
    guard let kind = body["renameType"]?.text, let named, let new = body["newname"]?.text else {
      return nil
    }
    return .rename(kind, named, part: old == nil ? nil : body["subname"]?.text, to: new)
  }

  private static func move(_ body: SyntaxTree) -> SchemaAction? {
    let object = name(body["relation"]) ?? body["object"].flatMap(objectName)
    guard let kind = body["objectType"]?.text, let object, let schema = body["newschema"]?.text
    else { return nil }
    return .move(kind, object, to: schema)
  }

  // MARK: Parts

  static func name(_ relation: SyntaxTree?) -> ObjectName? {
    guard let name = relation?["relname"]?.text else { return nil }
    return ObjectName(name, schema: relation?["schemaname"]?.text)
  }

  /// A name in any of the shapes in which `DROP` and `RENAME` hold it.
  static func objectName(_ object: SyntaxTree) -> ObjectName? {
    if let name = object.identifier { return ObjectName(name) }
    let list =
      object["List"]?["items"] ?? object["TypeName"]?["names"]
      ?? object["ObjectWithArgs"]?["objname"] ?? object
    return qualifiedName(list)
  }

  static func qualifiedName(_ list: SyntaxTree?) -> ObjectName? {
    let names = (list?.elements ?? []).compactMap(\.identifier)
    guard let name = names.last else { return nil }
    return ObjectName(name, schema: names.count > 1 ? names[names.count - 2] : nil)
  }

  static func column(_ node: SyntaxTree?) -> ColumnSyntax? {
    guard let name = node?["colname"]?.text else { return nil }
    return ColumnSyntax(
      name: name,
      type: type(node?["typeName"]),
      constraints: (node?["constraints"]?.elements ?? []).compactMap {
        constraint($0["Constraint"])
      }
    )
  }

  static func type(_ node: SyntaxTree?) -> TypeSyntax? {
    guard let name = (node?["names"]?.elements ?? []).last?.identifier else { return nil }
    return TypeSyntax(
      name: name,
      hasModifier: !(node?["typmods"]?.elements ?? []).isEmpty,
      isArray: node?["arrayBounds"] != nil
    )
  }

  static func constraint(_ node: SyntaxTree?) -> ConstraintSyntax? {
    guard let node, let kind = node["contype"]?.text.flatMap(ConstraintSyntax.Kind.init) else {
      return nil
    }
    let columns = node["keys"] ?? node["fk_attrs"]
    return ConstraintSyntax(
      kind: kind,
      name: node["conname"]?.text,
      columns: (columns?.elements ?? []).compactMap(\.identifier),
      index: node["indexname"]?.text,
      references: name(node["pktable"]),
      isValidated: node["skip_validation"]?.isTrue != true
    )
  }
}
