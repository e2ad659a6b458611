public import Arguments

/// A commented configuration file for one way of working.
///
/// The texts live here and nowhere else: `init` writes one with a person's answers, `init --example`
/// prints one with placeholders, and a test reads each with the reader of real files.
public enum ConfigurationExample: String, CaseIterable, ArgumentValue {
  /// A developer's own machine.
  case laptop
  /// One production server that takes its own snapshots every night.
  case server
  /// Many databases whose snapshots go into one bucket.
  case fleet
  /// A managed server, where nobody is superuser.
  case rds
  /// The job that rehearses patches before they reach production.
  case ci

  /// What a person is told about it, as one line.
  var meaning: String {
    switch self {
    case .laptop: "one laptop: a directory and a local database"
    case .server: "one production server, with a snapshot every night"
    case .fleet: "many databases, one bucket"
    case .rds: "a managed server such as RDS, with a bucket"
    case .ci: "a CI job that rehearses before a deploy"
    }
  }

  /// What differs from one place to the next.
  struct Answers: Sendable, Equatable {
    /// A directory or a bucket.
    var repository: String
    /// How the database is reached, without a password.
    var database: String
    /// The file of the passphrase; nil where nothing is encrypted.
    var passphraseFile: String?
  }

  /// Answers that show what belongs where.
  var placeholders: Answers {
    switch self {
    case .laptop:
      Answers(
        repository: "/srv/backups/drydock",
        database: "shop",
        passphraseFile: "/etc/drydock/passphrase"
      )
    case .server:
      Answers(
        repository: "/srv/backups/drydock",
        database: "shop",
        passphraseFile: "/etc/drydock/passphrase"
      )
    case .fleet:
      Answers(
        repository: "s3://company-backups/drydock",
        database: "service=shop",
        passphraseFile: "/etc/drydock/passphrase"
      )
    case .rds:
      Answers(
        repository: "s3://company-backups/drydock",
        database: "postgresql://backup@shop.example.eu-central-1.rds.amazonaws.com/shop",
        passphraseFile: "/etc/drydock/passphrase"
      )
    case .ci:
      Answers(
        repository: "s3://company-backups/drydock",
        database: "postgresql://deploy@db.example.org/shop",
        passphraseFile: "/run/secrets/drydock-passphrase"
      )
    }
  }

  /// The whole file.
  ///
  /// - Parameter answers: What stands in the places that differ.
  /// - Returns: YAML that `ConfigurationFile` reads.
  func text(_ answers: Answers) -> String {
    let parts: [String?] = [
      "# Drydock: \(meaning).", Self.head, "", repository(answers), key(answers),
      databases(answers), patches, retention, plan, budget, gate,
    ]
    return parts.compactMap { $0 }.joined(separator: "\n") + "\n"
  }

  private static let head = """
    # Options of the command line count more than this file, variables DRYDOCK_* too. Every key:
    # docs/configuration.md. Passwords stand in ~/.pgpass, never here.
    """

  private func repository(_ answers: Answers) -> String {
    let address = YAMLText.scalar(answers.repository)
    guard answers.repository.hasPrefix("s3://") else {
      return """
        # Where the snapshots are. On another disk than the database they survive that disk.
        repository: \(address)
        """
    }
    return """
      # Where the snapshots are. The bucket must exist; credentials come from where AWS's own tools
      # look, or from a program: credentials_command.
      repository: \(address)
      # endpoint: https://store.example.org:9000
      # region: eu-central-1
      # What all uploads together may take, in MiB per second.
      # upload_limit: 50
      """
  }

  private func key(_ answers: Answers) -> String? {
    guard let file = answers.passphraseFile else { return nil }
    return """

      # Opens the repository. Without it nobody reads a snapshot again: keep a copy elsewhere.
      passphrase_file: \(YAMLText.scalar(file))
      """
  }

  private func databases(_ answers: Answers) -> String {
    let database = YAMLText.scalar(answers.database)
    switch self {
    case .laptop:
      return """

        # A name, a URL, or keywords as libpq reads them.
        database: \(database)
        """
    case .server, .ci:
      return """

        # A name, a URL, or keywords as libpq reads them. A command that changes a database wants it
        # named each time: --database, or --profile production.
        database: \(database)

        profiles:
          production:
            database: \(database)
            label: production
            # Replacing it takes more than a confirmation.
            protected: true
        """
    case .rds:
      return """

        # Nobody is superuser on a managed server. A role that may read everything is enough:
        #   GRANT pg_read_all_data TO backup
        #   drydock init --grant backup --database URL      as rds_superuser
        # Changed pages alone are read where summarize_wal is on, from PostgreSQL 17.
        database: \(database)
        # checkpoint: wait

        profiles:
          production:
            database: \(database)
            label: production
            protected: true
        """
    case .fleet:
      return """

        # One profile for each database: drydock backup --profile shop. Services stand in
        # ~/.pg_service.conf or /etc/pg_service.conf. Connections that one run uses:
        jobs: 2
        database: \(database)

        profiles:
          shop:
            database: service=shop
            label: production
            protected: true
          billing:
            database: service=billing
            label: production
            protected: true

        # What drydock backup --fleet works on; so do verify, status, drift, forget, collect and check.
        fleet: {profiles: [shop, billing], concurrency: 2}
        """
    }
  }

  private var patches: String? {
    switch self {
    case .laptop, .ci:
      return """

        # The patches, seen from the directory in which drydock is called.
        patches: migrations
        """
    case .server, .fleet, .rds: return nil
    }
  }

  private var retention: String? {
    switch self {
    case .laptop:
      return """

        # What drydock forget keeps. drydock collect gives back what no snapshot needs.
        keep: {last: 10, daily: 7, weekly: 4, minimum: 3}
        """
    case .server, .rds, .fleet:
      return """

        # What drydock forget keeps of each database. drydock collect gives back what no snapshot needs.
        keep: {daily: 7, weekly: 5, monthly: 12, tags: [release], minimum: 3}
        # Every row is read again so often, whatever the pages say.
        full_read_every: 7d
        """
    case .ci: return nil
    }
  }

  /// What happens every day, and how long ago it may have happened at most.
  private var plan: String? {
    switch self {
    case .laptop:
      return """

        # What is run by itself. Timers: drydock schedule --systemd -o ~/.config/systemd/user
        # schedule: {backup: {at: "12:00"}, forget: {at: "12:30"}, collect: {at: "12:40"}}
        """
    case .server, .rds:
      return """

        # What is run by itself. Timers: drydock schedule --systemd, or --cron.
        schedule:
          backup: {at: "02:15"}
          forget: {at: "03:00"}
          collect: {at: "03:10"}
          verify: {at: "04:00", days: [sun], level: 3}
          check: {at: "05:00", read_data: 10%}
          jitter: 5m
        # Programs around each task, and who hears of it.
        # hooks: {failure: [[/usr/local/bin/notify, backup]]}
        # ping: {success: "https://hc.example.org/shop-{task}"}

        # What drydock health expects, for monitoring.
        health: {max_age: 26h, proof_max_age: 8d, proof_critical_age: 15d}
        """
    case .fleet:
      return """

        # What drydock health expects of each database, for monitoring. Every night:
        #   drydock backup --fleet && drydock forget --fleet && drydock collect --fleet
        health: {max_age: 26h, proof_max_age: 8d, proof_critical_age: 15d}
        """
    case .ci: return nil
    }
  }

  private var budget: String? {
    switch self {
    case .rds, .fleet:
      return """
        # What the repository may take and cost.
        # budget: {size: 500GiB, growth: 20GiB/month, price: 0.023 per GiB month, cost: 20}
        """
    case .laptop, .server, .ci: return nil
    }
  }

  private var gate: String? {
    guard self == .ci else { return nil }
    return """

      # What a rehearsal must show, and which keys may sign receipts: docs/receipts.md. Both lie outside
      # of the checkout, which belongs to whoever wrote the last pull request.
      # policy: /etc/drydock/policy.yaml
      # receipt_key: /run/secrets/drydock-receipts.key
      # Programs that look at the scratch after the patches.
      # rehearsal_hooks: {after: [{run: [/srv/app/bin/smoke-test], limit: 5m}]}
      # What restored snapshots may take on this machine, so that the next rehearsal need not restore.
      templates: 20GiB
      """
  }
}
