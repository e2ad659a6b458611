extension TreeActions {
  /// Statements about anything but the shape of a table.
  static func others(_ kind: String, _ body: SyntaxTree) -> [SchemaAction] {
    switch kind {
    case "CreateEnumStmt", "AlterEnumStmt", "CreateDomainStmt", "AlterDomainStmt":
      return type(kind, body).map { [$0] } ?? []
    case "VacuumStmt", "ClusterStmt", "ReindexStmt": return rebuilds(kind, body)
    case "CreateTrigStmt": return name(body["relation"]).map { [.createTrigger($0)] } ?? []
    case "ViewStmt":
      guard body["replace"]?.isTrue == true, let view = name(body["view"]) else { return [] }
      return [.replace("view", view)]
    case "CreateFunctionStmt":
      guard body["replace"]?.isTrue == true, let name = qualifiedName(body["funcname"]) else {
        return []
      }
      return [.replace(body["is_procedure"]?.isTrue == true ? "procedure" : "function", name)]
    case "AlterSeqStmt": return name(body["sequence"]).map { [.changeSequence($0)] } ?? []
    default: return access(kind, body)
    }
  }

  private static func type(_ kind: String, _ body: SyntaxTree) -> SchemaAction? {
    let named = body["typeName"] ?? body["domainname"]
    switch kind {
    case "CreateEnumStmt": return qualifiedName(named).map { .createEnum($0) }
    case "AlterEnumStmt":
      let isRename = body["oldVal"] != nil
      let isPlaced = body["newValNeighbor"] != nil
      return qualifiedName(named).map {
        .changeEnum($0, isRename: isRename, isPlaced: isPlaced)
      }
    case "CreateDomainStmt":
      let isConstrained = !(body["constraints"]?.elements ?? []).isEmpty
      return qualifiedName(body["domainname"]).map {
        .createDomain($0, isConstrained: isConstrained)
      }
    default:
      // The parser's letters for ADD CONSTRAINT and SET NOT NULL.
      guard ["C", "O"].contains(body["subtype"]?.text) else { return nil }
      let isChecked = body["def"]?["Constraint"]?["skip_validation"]?.isTrue != true
      return qualifiedName(named).map { .constrainDomain($0, isChecked: isChecked) }
    }
  }

  private static func rebuilds(_ kind: String, _ body: SyntaxTree) -> [SchemaAction] {
    switch kind {
    case "VacuumStmt":
      guard isOn("full", in: body["options"]) else { return [] }
      let tables = (body["rels"]?.elements ?? []).map { name($0["VacuumRelation"]?["relation"]) }
      return (tables.isEmpty ? [nil] : tables).map {
        .rebuild("VACUUM FULL", $0, isConcurrent: false)
      }
    case "ClusterStmt": return [.rebuild("CLUSTER", name(body["relation"]), isConcurrent: false)]
    default:
      let isConcurrent = isOn("concurrently", in: body["params"])
      return [.rebuild("REINDEX", name(body["relation"]), isConcurrent: isConcurrent)]
    }
  }

  /// Whether an option stands there and is not switched off: `(CONCURRENTLY false)` builds while
  /// nobody can write.
  static func isOn(_ name: String, in options: SyntaxTree?) -> Bool {
    (options?.elements ?? []).compactMap { $0["DefElem"] }.contains { option in
      guard option["defname"]?.text == name else { return false }
      let value = option["arg"]
      let word = value?.identifier ?? integer(value) ?? "on"
      return !["false", "off", "0"].contains(word.lowercased())
    }
  }

  /// The digits of a number; the parser may leave a zero out.
  static func integer(_ value: SyntaxTree?) -> String? {
    guard let node = value?["Integer"] else { return nil }
    guard case .number(let number)? = node["ival"] else { return "0" }
    return "\(number)"
  }

  private static func access(_ kind: String, _ body: SyntaxTree) -> [SchemaAction] {
    switch kind {
    case "GrantStmt":
      guard body["is_grant"]?.isTrue != true else { return [] }
      let object = body["objects"]?.elements.first
      return [.changeAccess("REVOKE", name(object?["RangeVar"]))]
    case "CreatePolicyStmt", "AlterPolicyStmt":
      return [.changeAccess("policy", name(body["table"]))]
    default: return []
    }
  }
}
