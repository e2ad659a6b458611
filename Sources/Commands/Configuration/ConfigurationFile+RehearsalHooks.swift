internal import Arguments
internal import Rehearsal
internal import YAML

/// The key that says which programs look at the scratch of a rehearsal.
extension ConfigurationFile {
  private enum HookKey: String, CaseIterable {
    case run
    case limit
  }

  /// The hooks: `{before: [{run: [/srv/app/baseline]}], after: [{run: [/srv/app/smoke], limit: 5m}]}`.
  func rehearsalHooks(_ node: YAMLNode) throws -> RehearsalHooks {
    var hooks = RehearsalHooks()
    for entry in try entries(of: node) {
      switch RehearsalHooks.Moment(rawValue: entry.key.name) {
      case .before: hooks.before = try list(entry.value).map(hook)
      case .after: hooks.after = try list(entry.value).map(hook)
      case nil: throw unknown(entry.key, in: ["before", "after"])
      }
    }
    return hooks
  }

  private func hook(_ node: YAMLNode) throws -> RehearsalHooks.Hook {
    var hook = RehearsalHooks.Hook([])
    for entry in try entries(of: node) {
      switch try key(entry.key, HookKey.self) {
      case .run: hook.words = try words(entry.value, "[/srv/app/bin/smoke-test, --quick]")
      case .limit: hook.limit = try duration(entry.value) / .seconds(1)
      }
    }
    guard let program = hook.words.first, program.hasPrefix("/") else {
      throw problem(
        node.mark,
        "bad-value",
        "A hook needs 'run', whose first word is an absolute path",
        hint: "Write {run: [/srv/app/bin/smoke-test], limit: 5m}."
      )
    }
    guard hook.limit > 0 else {
      throw problem(node.mark, "bad-value", "'limit' must be longer than 0s")
    }
    return hook
  }
}
