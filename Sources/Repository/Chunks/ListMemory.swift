/// The list that was read last in each place of each table, as many as a fixed memory holds.
///
/// Every night changes a few stripes in nearly every list of a large table. Whoever walks through a
/// thousand nights looks at what differs from the list in the same place the night before, and not
/// at a million stripes again.
public struct ListMemory {
  /// Where a list stands.
  public struct Place: Hashable, Sendable {
    /// The table, and whatever tells it from those of other databases.
    let table: String
    /// Which of its lists.
    let number: Int

    /// A place in a table.
    public init(table: String, number: Int) {
      self.table = table
      self.number = number
    }
  }

  /// Bytes of lists: those of a terabyte are 72 MB.
  public static let usualLimit = 96 << 20

  private let byteLimit: Int
  private var lists: [Place: [UInt8]] = [:]
  private var byteCount = 0

  /// An empty memory for as many bytes.
  public init(byteLimit: Int = usualLimit) { self.byteLimit = byteLimit }

  /// The list that was kept last in a place; empty where none is.
  public func list(at place: Place) -> [UInt8] { lists[place] ?? [] }

  /// Keeps a list instead of the one before it; none where that would be too much.
  public mutating func keep(_ list: [UInt8], at place: Place) {
    if let before = lists.removeValue(forKey: place) { byteCount -= before.count }
    guard byteCount + list.count <= byteLimit else { return }
    byteCount += list.count
    lists[place] = list
  }
}
