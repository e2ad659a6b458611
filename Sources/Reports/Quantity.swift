/// Writes numbers for people: three digits are enough to decide.
public enum Quantity {
  /// A number of bytes in powers of 1024: `512 B`, `1.50 KiB`, `23.4 GiB`.
  public static func bytes(_ count: some BinaryInteger) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var value = Double(count)
    var unit = 0
    while value.magnitude >= 999.5 && unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(count) B" : "\(threeDigits(value)) \(units[unit])"
  }

  /// A whole number in groups of three digits: `1,234,567`.
  public static func count(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return number < 0 ? "-" + text : text
  }

  /// A number with its noun: `1 row`, `2 rows`.
  public static func count(_ number: some BinaryInteger, _ one: String, _ many: String) -> String {
    "\(count(number)) \(number == 1 ? one : many)"
  }

  /// A length of time: `3.20 ms`, `45.1 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`.
  public static func duration(_ duration: Duration) -> String {
    let seconds = duration / .seconds(1)
    if seconds < 0 { return "-" + self.duration(.zero - duration) }
    if seconds == 0 { return "0 s" }
    if seconds < 0.9995 { return "\(threeDigits(seconds * 1000)) ms" }
    if seconds < 59.95 { return "\(threeDigits(seconds)) s" }
    let whole = Int(seconds.rounded())
    let (minutes, hours, days) = (whole / 60, whole / 3600, whole / 86400)
    if hours == 0 { return "\(minutes) min \(twoDigits(whole % 60)) s" }
    if days == 0 { return "\(hours) h \(twoDigits(minutes % 60)) min" }
    return "\(days) d \(hours % 24) h"
  }

  /// Bytes per second: `12.3 MiB/s`.
  public static func rate(bytes: some BinaryInteger, in duration: Duration) -> String {
    let seconds = duration / .seconds(1)
    guard seconds > 0 else { return "-" }
    return self.bytes(Int64(clamping: Int64(min(Double(bytes) / seconds, 1e18)))) + "/s"
  }

  /// A share of a whole: `42 %`; never `100 %` before the end.
  public static func percent(_ part: some BinaryInteger, of whole: some BinaryInteger) -> String {
    guard whole > 0 else { return "-" }
    let share = Int(Double(part) / Double(whole) * 100)
    return "\(part < whole ? min(share, 99) : share) %"
  }

  /// A number with a fixed count of decimals, rounded half away from zero.
  public static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
    let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
    let scaled = Int64((value.magnitude * scale).rounded())
    let whole = scaled / Int64(scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(whole)" }
    let fraction = String(scaled % Int64(scale))
    return "\(sign)\(whole).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
  }

  private static func threeDigits(_ value: Double) -> String {
    switch value.magnitude {
    case ..<9.995: decimal(value, places: 2)
    case ..<99.95: decimal(value, places: 1)
    default: decimal(value, places: 0)
    }
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
