/// Amounts in the words of a refusal, which a tired person reads.
enum Words {
  /// `35 minutes`, `26 hours`, `3 days`: the largest unit of which there are two or more.
  static func time(_ seconds: Double) -> String {
    let units = [(86_400.0, "days"), (3600, "hours"), (60, "minutes")]
    for (length, name) in units where seconds >= 2 * length {
      return "\(Int(seconds / length)) \(name)"
    }
    guard seconds < 10 else { return "\(Int(seconds)) seconds" }
    return "\((seconds * 100).rounded() / 100) seconds"
  }

  /// `12 MiB`, `900 bytes`.
  static func bytes(_ count: Int) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")]
    for (shift, name) in units where count >= 2 << shift { return "\(count >> shift) \(name)" }
    return "\(count) bytes"
  }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }
}
