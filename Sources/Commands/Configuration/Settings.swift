internal import Rehearsal
internal import Snapshot

/// Settings as one place gave them: a file, a profile, the environment or the flags.
struct Settings: Sendable, Equatable {
  var repository: String?
  var database: String?
  var patches: String?
  var label: String?
  var isProtected: Bool?
  var jobs: Int?
  var backup = BackupSettings()
  var keep: RetentionPolicy?
  var policy: String?
  /// Bytes that restored snapshots may take on this machine's disk; 0 for none.
  var templates: Int?
  var scratchServer: String?
  var binaries: String?
  var passphraseFile: String?
  var passphraseCommand: [String]?
  var bucket = BucketSettings()
  var keyFile: String?
  var receiptKey: String?
  var receiptKeys: [String]?
  var operations = OperationSettings()
  var schedule = ScheduleSettings()
  var fleet: FleetSettings?
  var rehearsalHooks: RehearsalHooks?
  var monitoring = MonitoringSettings()

  /// These settings, completed with those of a place that counts less.
  func completed(with other: Settings) -> Settings {
    var result = self
    result.repository = repository ?? other.repository
    result.database = database ?? other.database
    result.patches = patches ?? other.patches
    result.label = label ?? other.label
    result.isProtected = isProtected ?? other.isProtected
    result.jobs = jobs ?? other.jobs
    result.backup = backup.completed(with: other.backup)
    result.keep = keep ?? other.keep
    result.policy = policy ?? other.policy
    result.templates = templates ?? other.templates
    result.scratchServer = scratchServer ?? other.scratchServer
    result.receiptKey = receiptKey ?? other.receiptKey
    result.receiptKeys = receiptKeys ?? other.receiptKeys
    result.binaries = binaries ?? other.binaries
    result.fleet = fleet ?? other.fleet
    result.rehearsalHooks = rehearsalHooks ?? other.rehearsalHooks
    result.operations = operations.completed(with: other.operations)
    result.schedule = schedule.completed(with: other.schedule)
    result.monitoring = monitoring.completed(with: other.monitoring)
    result.bucket = bucket.completed(with: other.bucket)
    // One key as a whole: a nearer place that names any kind does not mean a farther one's.
    if passphraseFile == nil && passphraseCommand == nil && keyFile == nil {
      result.passphraseFile = other.passphraseFile
      result.passphraseCommand = other.passphraseCommand
      result.keyFile = other.keyFile
    }
    return result
  }
}
