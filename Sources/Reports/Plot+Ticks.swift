extension Plot {
  /// Lines for bytes from 0 to at least a number, in one unit of powers of 1024.
  public static func byteRows(upTo most: Double) -> [Tick] {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
    var size = 1.0
    var unit = 0
    while most / size >= 1024 && unit + 1 < units.count {
      size *= 1024
      unit += 1
    }
    return rows(upTo: most / size, steps: decimalSteps(for: most / size)) { value in
      (
        value * size,
        "\(Quantity.decimal(value, places: value < 10 && value != value.rounded() ? 1 : 0)) \(units[unit])"
      )
    }
  }

  /// Lines for seconds from 0 to at least a number, in round parts of minutes and hours.
  public static func timeRows(upTo most: Double) -> [Tick] {
    let steps: [Double] = [
      0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400,
      21_600, 43_200, 86_400, 172_800, 604_800,
    ]
    return rows(upTo: most, steps: steps) { value in
      let (size, unit): (Double, String) =
        most >= 2 * 86_400
        ? (86_400, "d")
        : most >= 7200
          ? (3600, "h")
          : most >= 120 ? (60, "min") : (1, "s")
      let number = value / size
      return (
        value,
        "\(Quantity.decimal(number, places: number == number.rounded() ? 0 : 1)) \(unit)"
      )
    }
  }

  /// Steps of 1, 2 and 5 times a power of ten.
  private static func decimalSteps(for most: Double) -> [Double] {
    var steps: [Double] = []
    var power = 0.1
    while power <= max(most, 1) {
      steps += [power, power * 2, power * 5]
      power *= 10
    }
    return steps
  }

  private static func rows(
    upTo most: Double,
    steps: [Double],
    _ label: (Double) -> (at: Double, label: String)
  ) -> [Tick] {
    let wanted = max(most, 0)
    let step = wanted == 0 ? 1 : steps.first { wanted / $0 <= 4 } ?? max(wanted / 4, 1)
    let count = max(1, Int((wanted / step).rounded(.up)))
    return (0...count).map { number in
      let (at, text) = label(Double(number) * step)
      return Tick(at, text)
    }
  }
}
