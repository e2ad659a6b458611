internal import Arguments
internal import Problems
internal import Snapshot
internal import YAML

/// One configuration file, read and checked.
struct ConfigurationFile: YAMLFile, Sendable, Equatable {
  static let domain = "configuration"

  /// Its path as messages show it.
  var path: String
  /// Whether the user or root vouches for it.
  var isTrusted: Bool
  /// What stands at the top.
  var settings = Settings()
  /// What the profiles set.
  var profiles: [String: Settings] = [:]

  /// Reads a file.
  ///
  /// Throws a `Problem` of kind `usage` that names the line and what was probably meant.
  static func read(_ path: String, isTrusted: Bool) throws -> Self {
    try parse(try text(of: path), path: path, isTrusted: isTrusted)
  }

  /// Reads the text of a file.
  static func parse(_ text: String, path: String, isTrusted: Bool) throws -> Self {
    var file = Self(path: path, isTrusted: isTrusted)
    guard let root = try file.root(of: text), !root.isNull else { return file }
    file.settings = try file.settings(of: root, allowing: ["profiles"]) { entry in
      for profile in try file.entries(of: entry.value) {
        file.profiles[profile.key.name] = try file.settings(of: profile.value)
      }
    }
    return file
  }

  private func settings(
    of node: YAMLNode,
    allowing more: [String] = [],
    _ other: (YAMLNode.Entry) throws -> Void = { _ in }
  ) throws -> Settings {
    var settings = Settings()
    for entry in try entries(of: node) {
      if more.contains(entry.key.name) {
        try other(entry)
        continue
      }
      let key = try key(entry.key, allowing: more)
      try set(key, entry.value, &settings)
      guard isTrusted || !key.needsTrust(settings) else { throw untrusted(entry.key) }
    }
    return settings
  }

  private func set(_ key: SettingsKey, _ value: YAMLNode, _ settings: inout Settings) throws {
    switch key {
    case .repository: settings.repository = try text(value)
    case .database: settings.database = try text(value)
    case .patches: settings.patches = try text(value)
    case .label: settings.label = try text(value)
    case .policy: settings.policy = try text(value)
    case .templates: settings.templates = try checked(value, key, BucketSettings.size)
    case .scratchServer: settings.scratchServer = try text(value)
    case .binaries: settings.binaries = try text(value)
    case .passphraseFile: settings.passphraseFile = try text(value)
    case .protected: settings.isProtected = try truth(value)
    case .jobs: settings.jobs = try count(value)
    case .compression:
      settings.backup.compression = try checked(value, key, BackupSettings.compression)
    case .delta: settings.backup.delta = try checked(value, key, BackupSettings.delta)
    case .fullReadEvery:
      settings.backup.fullReadEvery = try checked(value, key, BackupSettings.days)
    case .checkpoint:
      settings.backup.checkpoint = try checked(value, key, BackupSettings.checkpoint)
    case .maxWait: settings.backup.maxWait = try checked(value, key, BackupSettings.seconds)
    case .history: settings.backup.trustsUptime = try checked(value, key, BackupSettings.history)
    case .queries: settings.backup.queries = try text(value)
    case .keep: settings.keep = try keep(value)
    case .receiptKey: settings.receiptKey = try text(value)
    case .receiptKeys: settings.receiptKeys = try words(value)
    case .keyFile: settings.keyFile = try text(value)
    case .passphraseCommand: settings.passphraseCommand = try words(value)
    case .endpoint: settings.bucket.endpoint = try text(value)
    case .region: settings.bucket.region = try text(value)
    case .pathStyle: settings.bucket.isPathStyle = try truth(value)
    case .uploadLimit: settings.bucket.uploadLimit = try count(value)
    case .rangeCache: settings.bucket.rangeCache = try checked(value, key, BucketSettings.size)
    case .stallLimit: settings.bucket.stallLimit = try checked(value, key, BucketSettings.stall)
    case .authorities: settings.bucket.authorities = try text(value)
    case .credentialsCommand: settings.bucket.credentialsCommand = try words(value)
    case .runbook: settings.operations.runbook = try runbook(value)
    case .transitions: settings.operations.transitions = try transitions(value)
    case .parameters: settings.operations.parameters = try text(value)
    case .schedule: settings.schedule.plan = try plan(value)
    case .hooks: settings.schedule.hooks = try hooks(value)
    case .ping: settings.schedule.pings = try pings(value)
    case .fleet: settings.fleet = try fleet(value)
    case .rehearsalHooks: settings.rehearsalHooks = try rehearsalHooks(value)
    case .health: settings.monitoring.health = try health(value)
    case .budget: settings.monitoring.budget = try budget(value)
    }
  }

  /// What `forget` keeps: `{daily: 7, weekly: 5, tags: [release], minimum: 3}`.
  private func keep(_ node: YAMLNode) throws -> RetentionPolicy {
    var policy = RetentionPolicy()
    for entry in try entries(of: node) {
      switch try key(entry.key, KeepKey.self) {
      case .last: policy.last = try count(entry.value)
      case .hourly: policy.hourly = try count(entry.value)
      case .daily: policy.daily = try count(entry.value)
      case .weekly: policy.weekly = try count(entry.value)
      case .monthly: policy.monthly = try count(entry.value)
      case .yearly: policy.yearly = try count(entry.value)
      case .tags: policy.tags = try words(entry.value, "[release, git=1a2b3c]")
      case .minimum: policy.minimum = try count(entry.value)
      }
    }
    return policy
  }

  private func key(_ key: YAMLNode.Key, allowing more: [String]) throws -> SettingsKey {
    if let known = SettingsKey(rawValue: key.name) { return known }
    if SettingsKey.dangerous.contains(key.name.replacing("-", with: "_")) {
      throw problem(
        key.mark,
        "dangerous-key",
        "The key '\(key.name)' is decided on the command line alone",
        hint: "Give it as --\(key.name.replacing("_", with: "-")) each time."
      )
    }
    throw unknown(key, in: SettingsKey.allCases.map(\.rawValue) + more)
  }

  /// A word that one of the settings reads itself; what it refuses is told with its line.
  private func checked<Value>(
    _ node: YAMLNode,
    _ key: SettingsKey,
    _ read: (String, _ place: String) throws -> Value
  ) throws -> Value {
    do {
      return try read(try text(node), "'\(key.rawValue)'")
    } catch let error as Problem where error.code == BackupSettings.code {
      throw problem(node.mark, "bad-value", error.summary, hint: error.hint)
    }
  }

  private func truth(_ node: YAMLNode) throws -> Bool {
    switch node.content {
    case .scalar("true", isQuoted: false): return true
    case .scalar("false", isQuoted: false): return false
    default: throw problem(node.mark, "bad-value", "'true' or 'false' is expected here")
    }
  }

  func count(_ node: YAMLNode) throws -> Int {
    guard case .scalar(let text, isQuoted: false) = node.content, let number = Int(text),
      number > 0
    else { throw problem(node.mark, "bad-value", "A whole number above 0 is expected here") }
    return number
  }

  func words(
    _ node: YAMLNode,
    _ example: String = "[/usr/bin/pass, show, drydock]"
  ) throws -> [String] {
    guard case .sequence(let nodes) = node.content, !nodes.isEmpty else {
      throw problem(
        node.mark,
        "bad-value",
        "A list of words is expected here",
        hint: "Write the words as a list: \(example)."
      )
    }
    return try nodes.map(text)
  }

  private func untrusted(_ key: YAMLNode.Key) -> Problem {
    problem(
      key.mark,
      "untrusted-key",
      "The key '\(key.name)' with this value is not honoured from a file in the checkout",
      hint: """
        Whoever changes the checkout could change it. Move it to \
        ~/.config/drydock/drydock.yaml or /etc/drydock/drydock.yaml, writable by their owner \
        alone, or name this file with --config.
        """
    )
  }
}
