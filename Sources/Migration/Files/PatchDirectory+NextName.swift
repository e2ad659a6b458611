internal import FoundationEssentials
public import Problems

extension PatchDirectory {
  /// The file name for a new patch, in the style of the directory's last one.
  ///
  /// - Parameters:
  ///   - label: What the patch does, in words; blanks and signs become underscores.
  ///   - instant: Now, in seconds since 1970; dates in names are in UTC.
  /// - Returns: The name, such as `0008_add_status.sql`; its version is after every other.
  /// - Throws: A `Problem` of kind `usage` when the label holds no letter or digit.
  public func nextFileName(for label: String, at instant: Int) throws(Problem) -> String {
    let words = label.lowercased().split { !($0.isLetter || $0.isNumber) }
    guard !words.isEmpty else {
      throw Problem(
        .usage,
        code: "patch.label",
        "a patch needs a name with letters or digits",
        hint: "For example: drydock new 'add status to jobs'"
      )
    }
    let label = words.joined(separator: "_")
    guard let last = lastNumbered?.name else { return "0001_\(label).sql" }
    let version = Self.version(after: last.version, at: instant)
    if layout == .golangMigrate, last.stem.hasPrefix("V") { return "V\(version).\(label).sql" }
    return last.style == .flyway ? "V\(version)__\(label).sql" : "\(version)_\(label).sql"
  }

  private static func version(after last: Version, at instant: Int) -> String {
    // 2026-01-31T02:00:00Z: every format that is known is made of its parts.
    let time = Date(timeIntervalSince1970: TimeInterval(instant)).formatted(.iso8601)
    guard let today = dateParts(of: last, at: time) else { return incremented(last) }
    if let version = Version(today), version > last { return today }
    // The last patch is of today or of a clock that runs ahead: number them within the date.
    let count = today.split(separator: ".").count
    return last.parts.count > count ? incremented(last) : "\(last).1"
  }

  /// The time as the version writes its own; nil where that is no date.
  private static func dateParts(of version: Version, at time: String) -> String? {
    let parts = version.parts
    guard let first = parts.first, first.hasPrefix("19") || first.hasPrefix("20") else {
      return nil
    }
    if first.count == 4, parts.count >= 3 {
      return String(time.prefix(10).replacing("-", with: "."))
    }
    return [8, 12, 14].contains(first.count)
      ? String(time.filter(\.isNumber).prefix(first.count)) : nil
  }

  /// The version with its last number one higher and as many digits as before.
  private static func incremented(_ version: Version) -> String {
    var parts = version.parts.map(String.init)
    let last = parts.removeLast()
    var digits = Array(last.utf8)
    var index = digits.count - 1
    while index >= 0, digits[index] == UInt8(ascii: "9") {
      digits[index] = UInt8(ascii: "0")
      index -= 1
    }
    if index >= 0 { digits[index] += 1 } else { digits.insert(UInt8(ascii: "1"), at: 0) }
    parts.append(String(decoding: digits, as: UTF8.self))
    return parts.joined(separator: ".")
  }
}
