public import Problems
public import Repository

/// What a look at one of a repository's snapshots finds, for whoever goes through all of them: one
/// that is damaged must not keep anybody from the others.
public enum SnapshotLook: Sendable {
  /// It opens.
  case opened(SnapshotContent)
  /// The key slot in use may not read it.
  case hidden
  /// Somebody forgot it since its name was listed.
  case forgotten
  /// Its manifest cannot be read, so nobody can restore it.
  case damaged(Problem)

  /// Looks at a snapshot.
  ///
  /// - Parameters:
  ///   - name: Its name, as it was listed.
  ///   - repository: Where it is.
  /// - Throws: What the store throws when it does not answer.
  public init(at name: SnapshotName, in repository: Repository) throws {
    do {
      guard let content = try SnapshotContent(ifReadable: name, in: repository) else {
        self = .hidden
        return
      }
      // Who goes through all of them asks each when it was taken.
      _ = try content.manifest.takenTime
      self = .opened(content)
    } catch let problem as Problem where problem.code == Repository.unknownSnapshotCode {
      self = .forgotten
    } catch let problem as Problem where problem.kind == .damaged {
      self = .damaged(problem)
    }
  }

  /// The snapshot, where it opens.
  public var content: SnapshotContent? {
    if case .opened(let content) = self { content } else { nil }
  }
}
