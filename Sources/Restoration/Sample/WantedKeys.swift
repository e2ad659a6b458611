/// Keys whose rows are looked for in a table.
struct WantedKeys {
  /// Where the key's columns stand in a row, in the order in which the key names them.
  let places: [Int]
  /// Where the columns stand that refer to the key, where they are of the same table.
  let referring: [Int]?
  /// Their texts, with tabs between columns; found ones are taken out.
  private(set) var keys: Set<[UInt8]>

  init(places: [Int], referring: [Int]?, keys: Set<[UInt8]>) {
    (self.places, self.referring, self.keys) = (places, referring, keys)
  }

  /// Whether a row is one of those; it is looked for no longer then.
  mutating func take(_ row: ArraySlice<UInt8>) -> Bool {
    guard !keys.isEmpty else { return false }
    let fields = Self.fields(row)
    return keys.remove(Self.text(places.map { fields[$0] })) != nil
  }

  /// Looks for the row of the same table that a row refers to, from here on.
  mutating func follow(_ row: ArraySlice<UInt8>) {
    guard let referring else { return }
    let all = Self.fields(row)
    let fields = referring.map { all[$0] }
    guard !fields.contains(Self.null) else { return }
    keys.insert(Self.text(fields))
  }

  /// How COPY writes that there is no value.
  private static let null: ArraySlice<UInt8> = [UInt8(ascii: "\\"), UInt8(ascii: "N")]

  private static func fields(_ row: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    row.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
  }

  private static func text(_ fields: [ArraySlice<UInt8>]) -> [UInt8] {
    Array(fields.joined(separator: [UInt8(ascii: "\t")]))
  }
}
