internal import Arguments
internal import Problems

/// What the variables `DRYDOCK_*` say.
struct EnvironmentSettings {
  var settings = Settings()
  var config: String?
  var profile: String?

  /// Every variable that is read, for help and manual.
  static let known: [(name: String, meaning: String)] = [
    ("DRYDOCK_CONFIG", "A configuration file, like --config."),
    ("DRYDOCK_PROFILE", "A profile, like --profile."),
    ("DRYDOCK_REPOSITORY", "Where the snapshots are, like --repository."),
    ("DRYDOCK_DATABASE", "The default database; it may hold a password."),
    ("DRYDOCK_PATCHES", "The directory of the patches, like --patches."),
    ("DRYDOCK_LABEL", "What people call the environment."),
    ("DRYDOCK_JOBS", "How many connections work at once, like --jobs."),
    ("DRYDOCK_CHECKPOINT", "How WAL summaries are brought up to date, like --checkpoint."),
    ("DRYDOCK_COMPRESSION", "How hard chunks are compressed, like --compression."),
    ("DRYDOCK_BINARIES", "The directory of PostgreSQL's programs, where they are not found."),
    ("DRYDOCK_SCRATCH_SERVER", "The server for rehearsals, like --scratch-server."),
    ("DRYDOCK_PASSPHRASE", "The passphrase; it is wiped from the environment when read."),
    ("DRYDOCK_PASSPHRASE_FILE", "A file with the passphrase, like --passphrase-file."),
    ("DRYDOCK_TO_PASSPHRASE", "The passphrase of the repository that copy writes to; wiped too."),
    ("DRYDOCK_TO_PASSPHRASE_FILE", "A file with it, like --to-passphrase-file."),
    ("DRYDOCK_PASSPHRASE_COMMAND", "A program that prints the passphrase; words at blanks, wiped."),
    ("DRYDOCK_KEY_FILE", "A file with a key, like --key-file."),
  ]

  /// Reads the variables; empty ones count as absent.
  init(_ environment: [String: String]) throws {
    let values = environment.filter { $0.key.hasPrefix("DRYDOCK_") && !$0.value.isEmpty }
    for name in values.keys.sorted() {
      let key = name.dropFirst("DRYDOCK_".count).lowercased()
      guard SettingsKey.dangerous.contains(key) else { continue }
      throw Problem(
        .usage,
        code: "environment.dangerous-variable",
        "The variable \(name) is not honoured",
        reason: "this is decided on the command line alone",
        hint: "Unset it, and give --\(key.replacing("_", with: "-")) each time."
      )
    }
    config = values["DRYDOCK_CONFIG"]
    profile = values["DRYDOCK_PROFILE"]
    settings.repository = values["DRYDOCK_REPOSITORY"]
    settings.database = values["DRYDOCK_DATABASE"]
    settings.patches = values["DRYDOCK_PATCHES"]
    settings.label = values["DRYDOCK_LABEL"]
    settings.scratchServer = values["DRYDOCK_SCRATCH_SERVER"]
    settings.binaries = values["DRYDOCK_BINARIES"]
    settings.passphraseFile = values["DRYDOCK_PASSPHRASE_FILE"]
    settings.keyFile = values["DRYDOCK_KEY_FILE"]
    settings.backup.checkpoint = try values["DRYDOCK_CHECKPOINT"].map {
      try BackupSettings.checkpoint($0, "The variable DRYDOCK_CHECKPOINT")
    }
    settings.backup.compression = try values["DRYDOCK_COMPRESSION"].map {
      try BackupSettings.compression($0, "The variable DRYDOCK_COMPRESSION")
    }
    if let jobs = values["DRYDOCK_JOBS"] {
      guard let number = Int(jobs), number > 0 else {
        throw Problem(
          .usage,
          code: "environment.bad-value",
          "The variable DRYDOCK_JOBS must be a whole number above 0"
        )
      }
      settings.jobs = number
    }
  }
}
