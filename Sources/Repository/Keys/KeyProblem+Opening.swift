internal import Problems

/// What keeps a repository from being opened.
extension KeyProblem {
  /// Every slot is as it was signed, and none opens.
  ///
  /// - Parameters:
  ///   - location: Where the repository is.
  ///   - credential: What was tried.
  ///   - authorities: By how many authorities its slots were signed; a repository has one.
  /// - Returns: The problem.
  static func locked(_ location: String, _ credential: Credential, authorities: Int) -> Problem {
    let facts = [Problem.Fact("repository", location)]
    if case .none = credential {
      return Problem(
        .usage,
        code: "repository.needs-passphrase",
        "\(location) needs a passphrase or a key file",
        facts: facts,
        hint: "Set DRYDOCK_PASSPHRASE, or give --passphrase-file or --key-file."
      )
    }
    let reason =
      authorities > 1
      ? "no key slot opens with it; and they were signed by \(authorities) authorities where a "
        + "repository has one, so somebody else has put key slots there"
      : "no key slot of the repository opens with it"
    if case .keyFile = credential {
      return Problem(
        .usage,
        code: "repository.wrong-key-file",
        "the key file does not open \(location)",
        reason: reason,
        facts: facts,
        hint: "Check --key-file; `drydock key list` shows the slots, with another key."
      )
    }
    return Problem(
      .usage,
      code: "repository.wrong-passphrase",
      "the passphrase does not open \(location)",
      reason: reason,
      facts: facts,
      hint: "Check DRYDOCK_PASSPHRASE or the passphrase file; without the right passphrase "
        + "the content cannot be recovered."
    )
  }

  /// There is a key, and the repository opens for everybody without one.
  static func notEncrypted(_ location: String, _ credential: Credential) -> Problem {
    var (key, places) = (
      "passphrase",
      "passphrase_file and passphrase_command, DRYDOCK_PASSPHRASE and what begins so, and "
        + "--passphrase-file"
    )
    if case .keyFile = credential {
      (key, places) = ("key file", "key_file, DRYDOCK_KEY_FILE and --key-file")
    }
    return Problem(
      .refused,
      code: "repository.not-encrypted",
      "\(location) is not encrypted, though a \(key) is configured",
      reason: "it opens for everybody: whoever may delete in the store can have put it in the "
        + "place of an encrypted one, to read what is backed up from now on",
      facts: [.init("repository", location)],
      hint: "Nothing was written to it. If an encrypted repository was here, find out who changed "
        + "the store. If this one is meant to have no encryption, take the \(key) out of the "
        + "configuration: \(places)."
    )
  }

  /// No slot opens, and one is damaged: so nobody can say that the key is wrong.
  static func unproven(_ damage: Problem, _ credential: Credential) -> Problem {
    var problem = damage
    let tried =
      switch credential {
      case .none: "none opens without a key"
      case .passphrase: "none opens with the passphrase, which may be right all the same"
      case .keyFile: "none opens with the key file, which may be right all the same"
      }
    problem.reason = (damage.reason.map { $0 + "; of the other key slots " } ?? "") + tried
    // Where the store does not let it be read, its own words say what to do.
    guard damage.kind == .damaged else { return problem }
    problem.hint =
      "Get this object back from a copy or from the store's own history, or use another key. "
      + "The snapshots are not affected."
    return problem
  }

  /// There is nothing that a key could open.
  static func noSlot(_ location: String, foreign: Int, unknown: Int) -> Problem {
    let reason =
      unknown > 0
      ? "\(unknown) under keys/ are of a version or kind that this program does not know"
      : foreign > 0
        ? "those under keys/ name another repository than `format` does"
        : "there is none under keys/"
    return Problem(
      .damaged,
      code: "repository.no-key-slot",
      "\(location) has no key slot that a key could open",
      reason: reason,
      facts: [.init("repository", location)],
      hint: unknown > 0
        ? "Use the version of Drydock that wrote them, or a later one."
        : "Get `format` and keys/ back from a copy or from the store's own history: what is in "
          + "the repository opens with them alone."
    )
  }
}
