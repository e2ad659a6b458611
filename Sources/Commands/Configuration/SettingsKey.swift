internal import Postgres

/// A key of the configuration file, and whether everybody's file may set it.
enum SettingsKey: String, CaseIterable, Sendable {
  case repository
  case database
  case patches
  case label
  case protected
  case jobs
  case compression
  case delta
  case fullReadEvery = "full_read_every"
  case checkpoint
  case maxWait = "max_wait"
  case history
  case queries
  case keep
  case policy
  case templates
  case scratchServer = "scratch_server"
  case binaries
  case passphraseFile = "passphrase_file"
  case passphraseCommand = "passphrase_command"
  case endpoint
  case region
  case pathStyle = "path_style"
  case credentialsCommand = "credentials_command"
  case uploadLimit = "upload_limit"
  case rangeCache = "range_cache"
  case stallLimit = "stall_limit"
  case authorities
  case keyFile = "key_file"
  case receiptKey = "receipt_key"
  case receiptKeys = "receipt_keys"
  case runbook
  case transitions
  case parameters
  case schedule
  case hooks
  case ping
  case fleet
  case rehearsalHooks = "rehearsal_hooks"
  case health
  case budget

  /// Whether the value is honoured only from a file that the user or root vouches for.
  ///
  /// A file in the checkout belongs to whoever wrote the pull request. It may say where patches
  /// are; it may not run programs, lower a guard, or point credentials at a server of its choice.
  func needsTrust(_ value: Settings) -> Bool {
    switch self {
    case .patches, .label, .jobs, .uploadLimit, .stallLimit, .compression, .delta, .maxWait: false
    case .repository: value.repository?.contains("://") == true
    case .database: !((try? ConnectionSettings(parsing: value.database ?? ""))?.isLocal ?? false)
    // What keeps a wrong page from going unnoticed, and what makes a server write more.
    case .fullReadEvery, .checkpoint, .history: true
    // What decides which snapshots are removed.
    case .keep: true
    // What is run in the database by the role that takes snapshots.
    case .queries: true
    // Whoever chooses where requests go, or which program is asked for the keys, has the keys.
    case .endpoint, .region, .pathStyle, .credentialsCommand, .authorities: true
    // What may fill a disk outside the checkout.
    case .rangeCache, .templates: true
    case .protected, .policy, .binaries, .passphraseFile, .passphraseCommand, .keyFile: true
    // Who may say that a migration was rehearsed.
    case .receiptKey, .receiptKeys: true
    // Where strangers' code runs, and who is asked for a superuser's password.
    case .scratchServer: true
    // Which servers are asked, with whose credentials.
    case .fleet: true
    // What runs programs on production's rows.
    case .rehearsalHooks: true
    // What runs programs and statements, and what may be changed in bulk.
    case .runbook, .transitions, .parameters: true
    // What runs programs by itself, and who hears of it.
    case .schedule, .hooks, .ping: true
    // What would make an alarm silent.
    case .health, .budget: true
    }
  }

  /// What may never stand in a file, because it must be decided anew each time.
  static let dangerous: Set<String> = [
    "confirm", "replace", "drop", "undo", "accept", "without_receipt", "no_verify",
    "unsafe_scratch",
  ]
}
