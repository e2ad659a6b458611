/// Reads the answers of `StatementSyntax` off a parse tree.
enum TreeClassifier {
  static func classify(kind: String, body: SyntaxTree) -> StatementSyntax {
    var syntax = StatementSyntax(kind: kind)
    syntax.transactionControl = transactionControl(kind, body)
    syntax.canRunInTransaction = canRunInTransaction(kind, body)
    syntax.copy = kind == "CopyStmt" ? copyTarget(body) : nil
    syntax.settings = settings(kind, body)
    syntax.schemas = SchemaMentions.find(kind: kind, body: body)
    syntax.isClusterWide = isClusterWide(kind, body)
    syntax.loadsLibrary = kind == "LoadStmt"
    syntax.affectsOwnedObjects = kind == "DropOwnedStmt" || kind == "ReassignOwnedStmt"
    syntax.indexes = indexes(kind, body)
    syntax.indexedTable = kind == "IndexStmt" ? relationName(body["relation"]) : nil
    syntax.runsCode = kind == "DoStmt" || kind == "CallStmt"
    syntax.actions = TreeActions.find(kind, body)
    return syntax
  }

  /// Commands whose effect the databases of a server share, and which a copy cannot try out.
  private static let clusterWideKinds: Set<String> = [
    "AlterSystemStmt",
    "CreatedbStmt", "DropdbStmt", "AlterDatabaseStmt", "AlterDatabaseSetStmt",
    "AlterDatabaseRefreshCollStmt",
    "CreateTableSpaceStmt", "DropTableSpaceStmt", "AlterTableSpaceOptionsStmt",
    "CreateRoleStmt", "AlterRoleStmt", "AlterRoleSetStmt", "DropRoleStmt", "GrantRoleStmt",
    "CreateSubscriptionStmt", "AlterSubscriptionStmt", "DropSubscriptionStmt",
  ]

  /// Objects that all databases share; renaming one or giving it away is as wide as altering it.
  private static let clusterWideObjects: Set<String?> = [
    "OBJECT_DATABASE", "OBJECT_ROLE", "OBJECT_TABLESPACE", "OBJECT_SUBSCRIPTION",
  ]

  /// Commands that the server runs only outside a transaction block, whatever their options.
  ///
  /// Source: each command's page in part VI of the PostgreSQL manual.
  private static let bareKinds: Set<String> = [
    "AlterSystemStmt", "CreatedbStmt", "DropdbStmt", "CreateTableSpaceStmt", "DropTableSpaceStmt",
    "CreateSubscriptionStmt", "DropSubscriptionStmt",
  ]

  private static func relationName(_ relation: SyntaxTree?) -> StatementSyntax.IndexName? {
    guard let name = relation?["relname"]?.text else { return nil }
    return StatementSyntax.IndexName(schema: relation?["schemaname"]?.text, name: name)
  }

  /// An index lives in the schema of its table, so `CREATE INDEX` never qualifies its name.
  private static func indexes(_ kind: String, _ body: SyntaxTree) -> [StatementSyntax.IndexName] {
    if kind == "IndexStmt", let name = body["idxname"]?.text {
      return [.init(schema: body["relation"]?["schemaname"]?.text, name: name)]
    }
    guard kind == "DropStmt", body["removeType"]?.text == "OBJECT_INDEX" else { return [] }
    return (body["objects"]?.elements ?? []).compactMap { object in
      let names = (object["List"]?["items"]?.elements ?? []).compactMap(\.identifier)
      guard let name = names.last else { return nil }
      return .init(schema: names.count > 1 ? names[names.count - 2] : nil, name: name)
    }
  }

  private static func isClusterWide(_ kind: String, _ body: SyntaxTree) -> Bool {
    switch kind {
    case "AlterOwnerStmt": clusterWideObjects.contains(body["objectType"]?.text)
    case "RenameStmt": clusterWideObjects.contains(body["renameType"]?.text)
    default: clusterWideKinds.contains(kind)
    }
  }

  private static func transactionControl(
    _ kind: String,
    _ body: SyntaxTree
  ) -> StatementSyntax.TransactionControl? {
    guard kind == "TransactionStmt" else { return nil }
    switch body["kind"]?.text {
    case "TRANS_STMT_BEGIN", "TRANS_STMT_START":
      return .begin(hasModes: !(body["options"]?.elements ?? []).isEmpty)
    case "TRANS_STMT_COMMIT": return .commit(chains: body["chain"]?.isTrue == true)
    case "TRANS_STMT_SAVEPOINT", "TRANS_STMT_RELEASE", "TRANS_STMT_ROLLBACK_TO": return .savepoint
    case "TRANS_STMT_ROLLBACK": return .rollback
    default: return .twoPhase
    }
  }

  private static func canRunInTransaction(_ kind: String, _ body: SyntaxTree) -> Bool {
    if bareKinds.contains(kind) { return false }
    switch kind {
    case "VacuumStmt": return body["is_vacuumcmd"]?.isTrue != true
    case "IndexStmt", "DropStmt": return body["concurrent"]?.isTrue != true
    case "ReindexStmt": return canReindexInTransaction(body)
    case "ClusterStmt": return body["relation"] != nil
    case "DiscardStmt": return body["target"]?.text != "DISCARD_ALL"
    case "AlterDatabaseStmt": return !hasOption("tablespace", body)
    case "AlterSubscriptionStmt": return body["kind"]?.text?.hasSuffix("OPTIONS") == true
    case "AlterTableStmt": return !detachesConcurrently(body)
    default: return true
    }
  }

  private static func canReindexInTransaction(_ body: SyntaxTree) -> Bool {
    let one: Set<String?> = ["REINDEX_OBJECT_INDEX", "REINDEX_OBJECT_TABLE"]
    let isConcurrent = TreeActions.isOn("concurrently", in: body["params"])
    return one.contains(body["kind"]?.text) && !isConcurrent
  }

  private static func hasOption(_ name: String, _ body: SyntaxTree) -> Bool {
    (body["options"]?.elements ?? []).contains { $0["DefElem"]?["defname"]?.text == name }
  }

  private static func detachesConcurrently(_ body: SyntaxTree) -> Bool {
    (body["cmds"]?.elements ?? []).contains {
      $0["AlterTableCmd"]?["def"]?["PartitionCmd"]?["concurrent"]?.isTrue == true
    }
  }

  private static func copyTarget(_ body: SyntaxTree) -> StatementSyntax.CopyTarget {
    if body["is_program"]?.isTrue == true { return .program }
    if body["filename"] != nil { return .serverFile }
    return body["is_from"]?.isTrue == true ? .fromClient : .toClient
  }

  private static func settings(_ kind: String, _ body: SyntaxTree) -> Set<String> {
    var settings: Set<String> = []
    if kind == "VariableSetStmt" {
      let all = body["kind"]?.text == "VAR_RESET_ALL"
      settings.insert(all ? "*" : (body["name"]?.text ?? "*").lowercased())
    }
    if kind == "DiscardStmt", body["target"]?.text == "DISCARD_ALL" { settings.insert("*") }
    body.visit { name, node in
      guard name == "FuncCall", let setting = settingOfCall(node) else { return }
      settings.insert(setting)
    }
    return settings
  }

  /// `set_config('name', ...)` changes a setting from inside a query; a computed name may be any.
  private static func settingOfCall(_ call: SyntaxTree) -> String? {
    guard call["funcname"]?.elements.last?.identifier == "set_config" else { return nil }
    let name = call["args"]?.elements.first?["A_Const"]?["sval"]?["sval"]?.text
    return name?.lowercased() ?? "*"
  }
}
