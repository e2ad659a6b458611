internal import Bytes
internal import Postgres

/// Leaves the making of roles out of a script where they are there already, before its first
/// database.
///
/// `pg_dumpall` always writes `CREATE ROLE` for the superuser, whom every server has: a load that
/// stops at the first error, as it should, would end there.
struct DumpFilter {
  private let known: Set<[UInt8]>
  private var begun: [UInt8] = []
  private var isOver: Bool

  /// A filter for a script.
  ///
  /// - Parameters:
  ///   - roles: The roles that are there.
  ///   - isNeeded: Whether the script makes roles at all.
  init(roles: some Sequence<String>, isNeeded: Bool) {
    known = Set(
      roles.flatMap { name -> [[UInt8]] in
        ["CREATE ROLE \(name);", "CREATE ROLE \(SQL.identifier(name));"].map { Array($0.utf8) }
      }
    )
    isOver = !isNeeded
  }

  /// Gives what goes on to `psql`.
  mutating func append(_ bytes: Span<UInt8>, _ write: (Span<UInt8>) throws -> Void) throws {
    var start = 0
    while !isOver, let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start) {
      begun.append(bytes.extracting(start..<end))
      start = end + 1
      isOver = begun.starts(with: Array("\\connect ".utf8))
      if known.contains(begun) { begun.removeAll(keepingCapacity: true) }
      begun.append(UInt8(ascii: "\n"))
      try write(begun.span)
      begun.removeAll(keepingCapacity: true)
    }
    let rest = bytes.extracting(start...)
    if isOver { try write(rest) } else { begun.append(rest) }
  }

  /// Gives what is left at the end.
  mutating func finish(_ write: (Span<UInt8>) throws -> Void) throws {
    guard !begun.isEmpty else { return }
    try write(begun.span)
    begun.removeAll()
  }
}
