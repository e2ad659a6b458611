/// One thing that a statement does to the schema or to a table's rows, as its text says.
///
/// The text names objects; whether they are there, and how large they are, only a server knows.
/// What no case describes, or what stands in a `DO` block, is not listed: an empty list proves
/// nothing.
public enum SchemaAction: Sendable, Equatable {
  /// `CREATE TABLE` with its columns and the constraints of the whole table.
  case createTable(ObjectName, [ColumnSyntax], [ConstraintSyntax])
  /// `ADD COLUMN`.
  case addColumn(ObjectName, ColumnSyntax)
  /// `DROP COLUMN`.
  case dropColumn(ObjectName, String)
  /// `ALTER COLUMN ... TYPE`.
  case changeType(ObjectName, String, TypeSyntax)
  /// `SET NOT NULL`.
  case setNotNull(ObjectName, String)
  /// `DROP NOT NULL`.
  case dropNotNull(ObjectName, String)
  /// `SET DEFAULT` or `DROP DEFAULT`.
  case changeDefault(ObjectName, String, isDropped: Bool)
  /// `ADD CONSTRAINT`, named or not.
  case addConstraint(ObjectName, ConstraintSyntax)
  /// `DROP CONSTRAINT`.
  case dropConstraint(ObjectName, String)
  /// `DETACH PARTITION`, or `NO INHERIT` seen from the child.
  case detach(ObjectName, isConcurrent: Bool)
  /// Another subcommand of `ALTER TABLE`, by the parser's name: `AT_SetLogged`.
  case alterTable(ObjectName, String)
  /// `SET (name = value)` on a table.
  case setOption(ObjectName, String, String)
  /// `REPLICA IDENTITY`, by the parser's letter: d, n, f or i.
  case replicaIdentity(ObjectName, String)
  /// `CREATE INDEX`.
  case createIndex(ObjectName, IndexSyntax)
  /// `DROP` of any kind of object, by the parser's name of the kind: `OBJECT_TABLE`.
  case drop(String, [ObjectName], isConcurrent: Bool, ifExists: Bool)
  /// `RENAME`, by the kind; the column, attribute or constraint where a part is renamed.
  case rename(String, ObjectName, part: String?, to: String)
  /// `SET SCHEMA`, by the kind.
  case move(String, ObjectName, to: String)
  /// `CREATE TYPE ... AS ENUM`.
  case createEnum(ObjectName)
  /// `ALTER TYPE ... ADD VALUE`, or `RENAME VALUE`; `isPlaced` when it says before or after which.
  case changeEnum(ObjectName, isRename: Bool, isPlaced: Bool)
  /// `CREATE DOMAIN`.
  case createDomain(ObjectName, isConstrained: Bool)
  /// `ALTER DOMAIN ... ADD CONSTRAINT`, or `SET NOT NULL`.
  case constrainDomain(ObjectName, isChecked: Bool)
  /// `TRUNCATE`.
  case truncate([ObjectName], cascades: Bool)
  /// `REINDEX`, `CLUSTER` or `VACUUM FULL`, by its command.
  case rebuild(String, ObjectName?, isConcurrent: Bool)
  /// `CREATE TRIGGER`.
  case createTrigger(ObjectName)
  /// `UPDATE`, `DELETE` or `MERGE`, by its command.
  case write(String, ObjectName)
  /// Who may do what: `REVOKE`, policies, row level security; the words say which.
  case changeAccess(String, ObjectName?)
  /// `CREATE OR REPLACE` of a view, function or procedure, by the kind.
  case replace(String, ObjectName)
  /// `ALTER SEQUENCE ... RESTART` or its increment and limits.
  case changeSequence(ObjectName)
}

/// The name of an object as a statement writes it.
public struct ObjectName: Sendable, Hashable {
  /// The schema, when it is written.
  public var schema: String?
  /// The name, unquoted.
  public var name: String

  /// Makes a name.
  public init(_ name: String, schema: String? = nil) {
    self.schema = schema
    self.name = name
  }
}

/// A type as a statement writes it.
public struct TypeSyntax: Sendable, Equatable {
  /// The name in the catalog: `int4`, `varchar`, `bpchar`; serial types as they are written.
  public var name: String
  /// Whether a length or precision is written.
  public var hasModifier: Bool
  /// Whether it is an array.
  public var isArray: Bool
}

/// A new column as a statement writes it.
public struct ColumnSyntax: Sendable, Equatable {
  /// The name.
  public var name: String
  /// The type; nil where it comes from elsewhere, as for a partition.
  public var type: TypeSyntax?
  /// The constraints that stand at the column, `NOT NULL` and `DEFAULT` among them.
  public var constraints: [ConstraintSyntax]

  /// Whether a constraint of that kind stands at the column.
  public func has(_ kind: ConstraintSyntax.Kind) -> Bool {
    constraints.contains { $0.kind == kind }
  }

  /// Whether it is `serial`, `bigserial` or `smallserial`.
  public var isSerial: Bool {
    ["serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"]
      .contains(type?.name ?? "")
  }
}

/// A constraint as a statement writes it.
public struct ConstraintSyntax: Sendable, Equatable {
  /// The kinds that the grammar knows.
  public enum Kind: String, Sendable {
    /// `NOT NULL`.
    case notNull = "CONSTR_NOTNULL"
    /// `DEFAULT`.
    case `default` = "CONSTR_DEFAULT"
    /// `GENERATED ... AS IDENTITY`.
    case identity = "CONSTR_IDENTITY"
    /// `GENERATED ... STORED`.
    case generated = "CONSTR_GENERATED"
    /// `CHECK`.
    case check = "CONSTR_CHECK"
    /// `PRIMARY KEY`.
    case primaryKey = "CONSTR_PRIMARY"
    /// `UNIQUE`.
    case unique = "CONSTR_UNIQUE"
    /// `EXCLUDE`.
    case exclusion = "CONSTR_EXCLUSION"
    /// `REFERENCES`.
    case foreignKey = "CONSTR_FOREIGN"
  }

  /// What it demands.
  public var kind: Kind
  /// The name, when it is written.
  public var name: String?
  /// The columns of a key.
  public var columns: [String]
  /// The index that it takes over: `USING INDEX`.
  public var index: String?
  /// The referenced table.
  public var references: ObjectName?
  /// Whether existing rows are checked: no `NOT VALID`.
  public var isValidated: Bool
}

/// A new index as a statement writes it.
public struct IndexSyntax: Sendable, Equatable {
  /// The name, when it is written.
  public var name: String?
  /// How many columns or expressions it sorts by.
  public var width: Int
  /// Whether it is unique.
  public var isUnique: Bool
  /// Whether it is built beside the traffic: `CONCURRENTLY`.
  public var isConcurrent: Bool
}
