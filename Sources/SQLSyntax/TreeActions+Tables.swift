extension TreeActions {
  /// The subcommands of `ALTER TABLE`, in order.
  static func alterations(_ body: SyntaxTree) -> [SchemaAction] {
    guard let table = name(body["relation"]) else { return [] }
    let object = body["objtype"]?.text
    return (body["cmds"]?.elements ?? []).compactMap { element in
      guard let command = element["AlterTableCmd"], let subtype = command["subtype"]?.text else {
        return nil
      }
      // ALTER INDEX, SEQUENCE, VIEW and TYPE share the node; their own rules read the kind.
      guard object == "OBJECT_TABLE" else {
        return .alterTable(table, "\(object ?? "") \(subtype)")
      }
      return alteration(table, subtype, command)
    }
  }

  private static func alteration(
    _ table: ObjectName,
    _ subtype: String,
    _ command: SyntaxTree
  ) -> SchemaAction {
    let part = command["name"]?.text ?? ""
    switch subtype {
    case "AT_AddColumn":
      return column(command["def"]?["ColumnDef"]).map { .addColumn(table, $0) }
        ?? .alterTable(table, subtype)
    case "AT_DropColumn": return .dropColumn(table, part)
    case "AT_AlterColumnType":
      return type(command["def"]?["ColumnDef"]?["typeName"]).map { .changeType(table, part, $0) }
        ?? .alterTable(table, subtype)
    case "AT_SetNotNull": return .setNotNull(table, part)
    case "AT_DropNotNull": return .dropNotNull(table, part)
    case "AT_ColumnDefault": return .changeDefault(table, part, isDropped: command["def"] == nil)
    case "AT_AddConstraint":
      return constraint(command["def"]?["Constraint"]).map { .addConstraint(table, $0) }
        ?? .alterTable(table, subtype)
    case "AT_DropConstraint": return .dropConstraint(table, part)
    case "AT_DetachPartition":
      let isConcurrent = command["def"]?["PartitionCmd"]?["concurrent"]?.isTrue == true
      return .detach(table, isConcurrent: isConcurrent)
    case "AT_DropInherit": return .detach(table, isConcurrent: false)
    case "AT_ReplicaIdentity":
      let letter = command["def"]?["ReplicaIdentityStmt"]?["identity_type"]?.text
      return .replicaIdentity(table, letter ?? "")
    case "AT_EnableRowSecurity", "AT_DisableRowSecurity", "AT_ForceRowSecurity",
      "AT_NoForceRowSecurity":
      return .changeAccess("row level security", table)
    case "AT_SetRelOptions": return option(table, command) ?? .alterTable(table, subtype)
    default: return .alterTable(table, subtype)
    }
  }

  /// The first option, which is the one that people set alone: `autovacuum_enabled`.
  private static func option(_ table: ObjectName, _ command: SyntaxTree) -> SchemaAction? {
    let options = (command["def"]?["List"]?["items"]?.elements ?? []).compactMap { $0["DefElem"] }
    let watched = options.first { $0["defname"]?.text == "autovacuum_enabled" } ?? options.first
    guard let name = watched?["defname"]?.text else { return nil }
    // A bare word, such as `off`, is read as the name of a type.
    let value = watched?["arg"]
    let word = value?.identifier ?? qualifiedName(value?["TypeName"]?["names"])?.name
    return .setOption(table, name, word ?? integer(value) ?? "")
  }
}
