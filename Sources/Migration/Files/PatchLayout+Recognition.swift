internal import Problems

extension PatchLayout {
  /// Tells from names and annotations which tool a directory was written for.
  ///
  /// - Returns: The layout; drydock's own for an empty directory.
  /// - Throws: A `Problem` when files of two tools lie side by side, with one file of each.
  static func recognise(_ listing: DirectoryListing) throws(Problem) -> PatchLayout {
    var evidence: [PatchLayout: String] = [:]
    func note(_ layout: PatchLayout, _ file: String) {
      if evidence[layout] == nil { evidence[layout] = file }
    }
    if listing.files.contains(SqitchLayout.planFile) { note(.sqitch, SqitchLayout.planFile) }
    for folder in listing.folders where DieselLayout.name(of: folder) != nil {
      if try listing.has("\(folder)/up.sql") { note(.diesel, "\(folder)/up.sql") }
    }
    for file in listing.files where file.hasSuffix(".sql") {
      if let layout = try of(file, listing) { note(layout, file) }
    }
    return try single(evidence)
  }

  /// The layout that one file speaks for; nil for a file that is no patch.
  private static func of(
    _ file: String,
    _ listing: DirectoryListing
  ) throws(Problem) -> PatchLayout? {
    if PairedLayout.direction(of: file) != nil { return .golangMigrate }
    let name: PatchName
    switch PatchFile(fileName: file) {
    case .patch(let patch), .backfill(let patch): name = patch
    default: return nil
    }
    let bytes = try listing.bytes(file)
    if SectionMarks.dbmate.mark(anyLineOf: bytes) { return .dbmate }
    if SectionMarks.goose.mark(anyLineOf: bytes) { return .goose }
    return name.style == .flyway ? .flyway : .drydock
  }

  /// Drydock reads Flyway's names beside its own; any other mix has no order that two tools share.
  private static func single(_ evidence: [PatchLayout: String]) throws(Problem) -> PatchLayout {
    var found = evidence
    if found[.drydock] != nil { found[.flyway] = nil }
    guard found.count > 1 else { return found.keys.first ?? .drydock }
    let kinds = found.sorted { $0.key.rawValue < $1.key.rawValue }
    throw Problem(
      .refused,
      code: "patch.mixed-layouts",
      "the directory holds histories of \(kinds.map(\.key.rawValue).joined(separator: " and "))",
      facts: kinds.map { Problem.Fact($0.key.rawValue, $0.value) },
      hint: "Keep each in a directory of its own; what comes next is written as the rest is."
    )
  }
}
