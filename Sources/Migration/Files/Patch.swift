internal import SQLSyntax

/// One patch: what it does, what takes it back, and what must hold afterwards.
public struct Patch: Sendable {
  /// Version and label.
  public var name: PatchName
  /// The patch itself.
  public var script: Script
  /// What takes it back, where there is such a file.
  public var undo: Script?
  /// Its assertions, where there is such a file.
  public var verify: Script?

  /// The version.
  public var version: Version { name.version }
  /// The schemas that its statements name; what is named without a schema is not known here.
  public var schemas: Set<String> {
    script.statements.reduce(into: []) { $0.formUnion($1.syntax.schemas) }
  }
  /// The file, relative to the patch directory.
  public var file: String { script.file }
}
