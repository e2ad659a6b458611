internal import Bytes

/// What the name of a patch file says: version, label and the way it is written.
public struct PatchName: Sendable, Equatable {
  /// How the file names of a directory are written.
  public enum Style: Sendable, Equatable {
    /// `0001_add_x.sql`, `20260114093000_add_x.sql`, `2026.01.14_add_x.sql`.
    case plain
    /// `V1.2__add_x.sql` or `R__x.sql`, as Flyway writes them.
    case flyway
  }

  /// The version that orders the patches.
  public var version: Version
  /// What comes after the version, such as `add_x`.
  public var label: String
  /// The file's name without `.sql`, `.undo.sql` or `.verify.sql`.
  public var stem: String
  /// How the name is written.
  public var style: Style
}

/// What a file in a patch directory is, told by its name alone.
public enum PatchFile: Sendable, Equatable {
  /// The patch itself.
  case patch(PatchName)
  /// A patch that runs batch by batch: `<name>.backfill.sql`.
  case backfill(PatchName)
  /// What takes it back: `<same>.undo.sql`, or `U1.2__name.sql`.
  case undo(PatchName)
  /// Its assertions: `<same>.verify.sql`.
  case verify(PatchName)
  /// A name that looks like a patch and is none; the text says why and what to do.
  case refused(String)
  /// Any other file.
  case other

  /// Reads a file's name.
  public init(fileName: String) {
    guard fileName.hasSuffix(".sql") else {
      self = Self.judgeForeign(fileName)
      return
    }
    var stem = String(fileName.dropLast(4))
    let role = Self.takeRole(from: &stem)
    guard let name = PatchName(stem: stem) else {
      self = .refused(Self.expectation)
      return
    }
    self = Self.judge(name, role: role)
  }

  private enum Role {
    case patch, backfill, undo, verify
  }

  private static let expectation =
    "a patch is named like 0001_add_x.sql, 20260114093000_add_x.sql, V1.2__add_x.sql or R__x.sql"

  private static func takeRole(from stem: inout String) -> Role {
    let suffixes = [(".undo", Role.undo), (".verify", .verify), (".backfill", .backfill)]
    for (suffix, role) in suffixes where stem.hasSuffix(suffix) {
      stem.removeLast(suffix.count)
      return role
    }
    return .patch
  }

  private static func judge(_ name: PatchName, role: Role) -> PatchFile {
    if let dot = name.label.firstIndex(of: ".") {
      let suffix = String(name.label[name.label.index(after: dot)...])
      return .refused(refusal(ofSuffix: suffix))
    }
    if name.version.isRepeatable, role == .undo {
      return .refused("a repeatable patch has no undo file; put back its earlier text instead")
    }
    if name.version.isRepeatable, role == .backfill {
      return .refused("a backfill is done once, so it has a number; a repeatable patch has none")
    }
    if name.stem.hasPrefix("U") {
      return role == .patch
        ? .undo(name) : .refused("an undo file has no undo or verify file and is no backfill")
    }
    switch role {
    case .patch: return .patch(name)
    case .backfill: return .backfill(name)
    case .undo: return .undo(name)
    case .verify: return .verify(name)
    }
  }

  private static func refusal(ofSuffix suffix: String) -> String {
    let nearest = Spelling.nearest(to: suffix, in: ["undo", "verify", "backfill"])
    return "what stands between the name and .sql is undo, verify or backfill, not '\(suffix)'"
      + (nearest.map { "; is it .\($0).sql?" } ?? "")
  }

  /// `0002_x.SQL` and `0002_x.sql.bak` would be missed in silence; `README.md` would not be missed.
  private static func judgeForeign(_ fileName: String) -> PatchFile {
    let stem = fileName.prefix { $0 != "." }
    let looksLikePatch = PatchName(stem: String(stem)) != nil
    let namesSQL = fileName.lowercased().contains(".sql")
    return looksLikePatch || namesSQL ? .refused("a patch file ends in .sql") : .other
  }
}

extension PatchName {
  /// Reads a name without its endings; `nil` when it has no version or no label.
  init?(stem: String) {
    if stem.hasPrefix(Version.repeatableMark) {
      guard let version = Version(stem) else { return nil }
      self.init(
        version: version,
        label: version.repeatable ?? "",
        stem: stem,
        style: .flyway
      )
    } else if let letter = stem.first, "VU".contains(letter), let middle = stem.firstRange(of: "__")
    {
      let text = stem[stem.index(after: stem.startIndex)..<middle.lowerBound]
      guard let version = Version(String(text).replacing("_", with: ".")) else { return nil }
      self.init(
        version: version,
        label: String(stem[middle.upperBound...]),
        stem: stem,
        style: .flyway
      )
    } else {
      guard let line = stem.firstIndex(of: "_"), let version = Version(String(stem[..<line])) else {
        return nil
      }
      let label = stem[stem.index(after: line)...]
      self.init(version: version, label: String(label), stem: stem, style: .plain)
    }
    if label.isEmpty || label.first == "." { return nil }
  }
}
