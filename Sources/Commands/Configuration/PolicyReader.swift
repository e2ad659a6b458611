internal import Arguments
internal import Bytes
internal import Problems
internal import Rehearsal
internal import YAML

/// Reads a policy file: YAML with the keys of docs/receipts.md.
struct PolicyReader: YAMLFile {
  static let domain = "policy"

  private enum Key: String, CaseIterable {
    case hazards
    case limits
    case snapshotMaxAge = "snapshot_max_age"
    case coverage
    case receiptLifetime = "receipt_lifetime"
    case drift
  }

  private enum HazardKey: String, CaseIterable {
    case fail
    case allow
    case severity
  }

  private enum LimitKey: String, CaseIterable {
    case lock
    case rewrite
    case wal
    case total
  }

  let path: String
  private var policy = PolicyFile()

  /// Reads a file.
  ///
  /// Throws a `Problem` of kind `usage` that names the line and what was probably meant.
  static func read(_ path: String) throws -> PolicyFile {
    try parse(try text(of: path), path: path)
  }

  /// Reads the text of a file.
  static func parse(_ text: String, path: String) throws -> PolicyFile {
    var reader = PolicyReader(path: path)
    if let root = try reader.root(of: text) { try reader.take(root) }
    return reader.policy
  }

  private init(path: String) { self.path = path }

  private mutating func take(_ root: YAMLNode) throws {
    for entry in try entries(of: root) {
      switch try key(entry.key, Key.self) {
      case .hazards: try takeHazards(entry.value)
      case .limits: try takeLimits(entry.value)
      case .snapshotMaxAge: policy.snapshotMaxAge = try seconds(entry.value)
      case .coverage: policy.coverage = try word(entry.value, Coverage.self)
      case .receiptLifetime: policy.receiptLifetime = try seconds(entry.value)
      case .drift: policy.drift = try word(entry.value, PolicyFile.Drift.self)
      }
    }
  }

  private mutating func takeHazards(_ node: YAMLNode) throws {
    for entry in try entries(of: node) {
      switch try key(entry.key, HazardKey.self) {
      case .fail: policy.failingHazards = try hazards(entry.value)
      case .allow: policy.allowedHazards = try hazards(entry.value)
      case .severity:
        policy.failingSeverity = try word(entry.value, Hazard.Severity.self)
      }
    }
    let both = policy.failingHazards.filter(policy.allowedHazards.contains)
    guard both.isEmpty else {
      throw problem(node.mark, "contradiction", "\(both[0]) is under both 'fail' and 'allow'")
    }
  }

  private mutating func takeLimits(_ node: YAMLNode) throws {
    for entry in try entries(of: node) {
      switch try key(entry.key, LimitKey.self) {
      case .lock: policy.lockSeconds = try seconds(entry.value)
      case .rewrite: policy.rewriteBytes = try bytes(entry.value)
      case .wal: policy.walBytes = try bytes(entry.value)
      case .total: policy.totalSeconds = try seconds(entry.value)
      }
    }
  }

  private func word<Words: CaseIterable & RawRepresentable<String>>(
    _ node: YAMLNode,
    _ words: Words.Type
  ) throws -> Words {
    if let known = Words(rawValue: try text(node)) { return known }
    let names = words.allCases.map(\.rawValue)
    throw problem(node.mark, "bad-value", "One of \(names.joined(separator: ", ")) is expected")
  }

  private func hazards(_ node: YAMLNode) throws -> [String] {
    guard case .sequence(let nodes) = node.content else {
      throw problem(node.mark, "bad-value", "A list of hazards' ids is expected here")
    }
    return try nodes.map(hazard).sorted()
  }

  private func hazard(_ node: YAMLNode) throws -> String {
    let id = try text(node)
    guard Hazard.named(id) == nil else { return id }
    let nearest = Spelling.nearest(to: id, in: Hazard.all.map(\.id))
    throw problem(
      node.mark,
      "unknown-hazard",
      "There is no hazard '\(id)'",
      hint: (nearest.map { "Did you mean '\($0)'? " } ?? "") + "docs/hazards.md lists them."
    )
  }

  private func seconds(_ node: YAMLNode) throws -> Double {
    guard let duration = Duration(argument: try text(node)), duration > .zero else {
      throw problem(node.mark, "bad-value", "\(Duration.expectation) is expected here")
    }
    return duration / .seconds(1)
  }

  private func bytes(_ node: YAMLNode) throws -> Int {
    guard let size = ByteSize(argument: try text(node)) else {
      throw problem(node.mark, "bad-value", "\(ByteSize.expectation) is expected here")
    }
    return size.bytes
  }
}
