internal import FoundationEssentials
internal import Monitoring
internal import Reports
internal import Verification

extension HealthFinding {
  /// What it says, without the name of the database.
  var text: String {
    switch self {
    case .noSnapshot: return "there is no snapshot of it"
    case .stale(let age, let limit):
      return "the newest snapshot is \(Self.time(age)) old; it may be \(Self.time(limit))"
    case .nothingPresent: return "there is no snapshot that is not from the future"
    case .future(let name, let ahead):
      return "snapshot \(name.shortID) is from the future, by \(Self.time(ahead))"
    case .unproven(let level): return "nothing is proven to level \(level.rawValue)"
    case .staleProof(let level, let age, let limit):
      return "the last proof of level \(level.rawValue) is \(Self.time(age)) old; it may be "
        + Self.time(limit)
    case .failedProof(let name, let failure):
      return "snapshot \(name.shortID) failed its proof of level \(failure.level.rawValue): "
        + failure.reason
        + (failure.findings > 1 ? " (and \(Quantity.count(failure.findings - 1)) more)" : "")
    case .proofsHidden: return "this key does not show what was proven; its slot has role write"
    case .imported: return "imported, so no newer one is expected"
    case .retired: return "retired by the configuration"
    case .damaged(let name, let reason):
      return "snapshot \(name.shortID) cannot be read: \(reason)"
    case .hidden(let count):
      return "\(Quantity.count(count, "snapshot", "snapshots")) of others cannot be read with this "
        + "key; its slot has role write"
    case .empty: return "there is no snapshot in it"
    case .budget(let use): return use.text
    case .sizeUnknown(let reason): return "its size could not be found out: \(reason)"
    }
  }

  /// What to do about it; nil where there is nothing to do.
  var advice: String? {
    switch self {
    case .noSnapshot, .empty: "Take one with drydock backup, and see that it runs every night."
    case .stale: "Does the nightly drydock backup still run? Its log says why it does not."
    case .nothingPresent, .future:
      "Synchronise the clocks of this machine and of the database's server; then take a new one."
    case .unproven(let level), .staleProof(let level, _, _):
      "Run drydock verify --oldest --level \(level.rawValue), and put it into the schedule."
    case .damaged: "Run drydock check; it says what is lost and how to repair it."
    case .failedProof(let name, _):
      "Run drydock check --read-data; it says what is lost and how to repair it. Then prove it again"
        + " (drydock verify \(name.shortID)), or forget it."
    case .budget(let use): use.kind.advice
    case .sizeUnknown: "Run drydock check to see whether the store can be read."
    case .proofsHidden, .imported, .retired, .hidden: nil
    }
  }

  /// Whether it is damage, which has an exit code of its own.
  var isDamage: Bool {
    switch self {
    case .damaged, .failedProof: true
    default: false
    }
  }

  /// A stable word for programs.
  var code: String {
    switch self {
    case .noSnapshot: "no-snapshot"
    case .stale: "stale"
    case .nothingPresent: "only-future"
    case .future: "future"
    case .unproven: "unproven"
    case .staleProof: "stale-proof"
    case .failedProof: "failed-proof"
    case .proofsHidden: "proofs-hidden"
    case .imported: "imported"
    case .retired: "retired"
    case .damaged: "damaged"
    case .hidden: "hidden"
    case .empty: "empty"
    case .budget(let use): "budget-\(use.kind.rawValue)"
    case .sizeUnknown: "size-unknown"
    }
  }

  private static func time(_ seconds: Double) -> String {
    Quantity.duration(.seconds(seconds.rounded()))
  }
}

extension BudgetUse {
  /// How much is used, and when nothing will be left at this rate.
  var text: String {
    // Of a limit next to nothing any number may be used, more than an integer holds.
    let share = "\(Int(min(share * 100, 1e15).rounded(.down))) %"
    switch kind {
    case .size:
      return "the repository takes \(Quantity.bytes(Int(used))) of \(Quantity.bytes(Int(limit))) "
        + "(\(share))\(forecast("full"))"
    case .growth:
      return "the repository grows by \(Quantity.bytes(Int(used))) a month; the budget is "
        + "\(Quantity.bytes(Int(limit))) (\(share))"
    case .cost:
      return "the repository costs \(Quantity.decimal(used, places: 2)) a month of "
        + "\(Quantity.decimal(limit, places: 2)) (\(share))\(forecast("all of it"))"
    case .disk:
      return "the repository's disk has \(Quantity.bytes(Int(limit - used))) free of "
        + "\(Quantity.bytes(Int(limit))) (\(share) used)\(forecast("full"))"
    }
  }

  private func forecast(_ state: String) -> String {
    guard share < 1, let reached else { return "" }
    let day = reached.formatted(.iso8601.year().month().day())
    return isForecastMeasured
      ? "; at this rate \(state) on \(day)"
      : "; \(state) on \(day) if drydock collect gives nothing back"
  }
}

extension BudgetUse.Kind {
  /// What to do when it is nearly used up.
  var advice: String {
    switch self {
    case .size, .disk:
      "Keep fewer snapshots ('keep:', drydock forget, drydock collect), or make room."
    case .growth, .cost:
      "drydock snapshots shows what each night stored; keep fewer, or raise the budget."
    }
  }
}
