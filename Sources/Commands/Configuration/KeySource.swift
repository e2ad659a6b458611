internal import Problems

/// What opens the repository, as the nearest place that says anything has it.
enum KeySource: Sendable, Equatable {
  /// A passphrase.
  case passphrase(PassphraseSource)
  /// A key in a file.
  case file(String)

  /// Flags before environment before files; nil when nobody says anything.
  ///
  /// Throws `usage.two-keys` where one place names both kinds: nobody could tell which was meant.
  init?(
    _ flags: Settings,
    _ world: Surroundings,
    _ variables: Settings,
    _ files: Settings
  ) throws {
    let places: [(place: String, key: String?, passphrase: PassphraseSource?)] = [
      ("the command line", flags.keyFile, flags.passphraseFile.map(PassphraseSource.file)),
      (
        "the environment", variables.keyFile,
        world.passphrase.map(PassphraseSource.environment)
          ?? variables.passphraseFile.map(PassphraseSource.file)
          ?? world.passphraseCommand.map(PassphraseSource.command)
      ),
      (
        "the configuration", files.keyFile,
        files.passphraseFile.map(PassphraseSource.file)
          ?? files.passphraseCommand.map(PassphraseSource.command)
      ),
    ]
    guard let found = places.first(where: { $0.key != nil || $0.passphrase != nil }) else {
      return nil
    }
    guard found.key == nil || found.passphrase == nil else {
      throw Problem(
        .usage,
        code: "usage.two-keys",
        "\(found.place) names a key file and a passphrase",
        hint: "Give one of them: a repository is opened with either."
      )
    }
    if let key = found.key {
      self = .file(key)
    } else if let passphrase = found.passphrase {
      self = .passphrase(passphrase)
    } else {
      return nil
    }
  }
}
