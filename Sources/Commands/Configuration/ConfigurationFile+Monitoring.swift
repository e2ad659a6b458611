internal import Arguments
internal import Monitoring
internal import Problems
internal import YAML

/// The keys that say what monitoring expects, and what a repository may cost.
extension ConfigurationFile {
  private enum HealthKey: String, CaseIterable {
    case maxAge = "max_age"
    case warnAge = "warn_age"
    case proofMaxAge = "proof_max_age"
    case proofCriticalAge = "proof_critical_age"
    case proofLevel = "proof_level"
    case databases
    case retired
  }

  private enum BudgetKey: String, CaseIterable {
    case size
    case growth
    case price
    case cost
  }

  /// What must have happened until when: `{max_age: 26h, proof_max_age: 8d}`.
  func health(_ node: YAMLNode) throws -> HealthPolicy {
    var policy = HealthPolicy()
    for entry in try entries(of: node) {
      let (name, value) = (entry.key.name, entry.value)
      switch try key(entry.key, HealthKey.self) {
      case .maxAge: policy.maxAge = try read(value, name, MonitoringSettings.age)
      case .warnAge: policy.warnAge = try read(value, name, MonitoringSettings.age)
      case .proofMaxAge:
        policy.proofMaxAge = try read(value, name, MonitoringSettings.ageOrNever)
      case .proofCriticalAge:
        policy.proofCriticalAge = try read(value, name, MonitoringSettings.age)
      case .proofLevel: policy.proofLevel = try read(value, name, MonitoringSettings.level)
      case .databases: policy.expected = try words(value, "[shop, billing]")
      case .retired: policy.retired = try words(value, "[old_shop]")
      }
    }
    try refuse(node, policy.warnAge, above: policy.maxAge, ("warn_age", "max_age"))
    let isGiven = try entries(of: node).contains { $0.key.name == HealthKey.proofMaxAge.rawValue }
    if let critical = policy.proofCriticalAge {
      if !isGiven { policy.proofMaxAge = policy.proofMaxAge.map { min($0, critical) } }
      try refuse(node, policy.proofMaxAge, above: critical, ("proof_max_age", "proof_critical_age"))
    }
    return policy
  }

  /// An order of ages that could never be: the warning would come after the alarm.
  private func refuse(
    _ node: YAMLNode,
    _ warning: Double?,
    above critical: Double,
    _ names: (warning: String, critical: String)
  ) throws {
    guard let warning, warning > critical else { return }
    throw problem(
      node.mark,
      "bad-value",
      "'\(names.warning)' is longer than '\(names.critical)'",
      hint: "A warning comes before what is critical; make '\(names.critical)' the longer one."
    )
  }

  /// What the repository may take and cost: `{size: 500GiB, growth: 20GiB/month}`.
  func budget(_ node: YAMLNode) throws -> Budget {
    var budget = Budget()
    for entry in try entries(of: node) {
      let (name, value) = (entry.key.name, entry.value)
      switch try key(entry.key, BudgetKey.self) {
      case .size: budget.size = try read(value, name, MonitoringSettings.size)
      case .growth: budget.growth = try read(value, name, MonitoringSettings.monthlySize)
      case .price: budget.price = try read(value, name, MonitoringSettings.price)
      case .cost: budget.cost = try read(value, name, MonitoringSettings.cost)
      }
    }
    if budget.cost != nil && budget.price == nil {
      throw problem(
        node.mark,
        "bad-value",
        "'cost' needs 'price'",
        hint: "Write what a GiB costs: price: 0.023 per GiB month."
      )
    }
    return budget
  }

  /// A word that a setting reads itself; what it refuses is told with its line.
  private func read<Value>(
    _ node: YAMLNode,
    _ name: String,
    _ read: (String, _ place: String) throws -> Value
  ) throws -> Value {
    do {
      return try read(try text(node), "'\(name)'")
    } catch let error as Problem where error.code == BackupSettings.code {
      throw problem(node.mark, "bad-value", error.summary, hint: error.hint)
    }
  }
}
