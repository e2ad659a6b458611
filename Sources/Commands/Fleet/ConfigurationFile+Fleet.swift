internal import Problems
internal import YAML

/// The key that says which databases make up the fleet.
extension ConfigurationFile {
  private enum FleetKey: String, CaseIterable {
    case profiles
    case servers
    case except
    case concurrency
  }

  /// The fleet: `{profiles: [shop, billing], servers: [service=main], except: [test_*]}`.
  func fleet(_ node: YAMLNode) throws -> FleetSettings {
    var fleet = FleetSettings()
    for entry in try entries(of: node) {
      switch try key(entry.key, FleetKey.self) {
      case .profiles: fleet.profiles = try words(entry.value, "[shop, billing]")
      case .servers: fleet.servers = try words(entry.value, "[service=main]")
      case .except: fleet.excluded = try words(entry.value, "[postgres, test_*]")
      case .concurrency: fleet.concurrency = try concurrency(entry.value)
      }
    }
    guard Set(fleet.profiles).count == fleet.profiles.count else {
      throw problem(node.mark, "bad-value", "A profile is in the fleet twice")
    }
    return fleet
  }

  private func concurrency(_ node: YAMLNode) throws -> Int {
    let number = try count(node)
    guard number <= FleetSettings.concurrencyLimit else {
      throw problem(
        node.mark,
        "bad-value",
        "'concurrency' must be from 1 to \(FleetSettings.concurrencyLimit)"
      )
    }
    return number
  }
}
