internal import Problems

/// What is wrong with keys, in the words that every place uses.
enum KeyProblem {
  static let needsFullKey = "repository.needs-full-key"

  /// A slot that may only write is asked for more.
  static func needsFullKey(_ what: String) -> Problem {
    Problem(
      .refused,
      code: needsFullKey,
      "\(what) needs a full key",
      reason: "the key slot in use has role `write`: it adds snapshots and reads its own only",
      hint: "Do this where a full key is, or give another --passphrase-file or --key-file."
    )
  }

  /// The slot that opens is one that was taken away.
  static func removed(_ id: String) -> Problem {
    Problem(
      .refused,
      code: "repository.slot-removed",
      "the key slot \(id) was removed",
      reason: "its last revision says so, although the store still has an earlier one",
      hint: "Use another key; `drydock key list` shows which there are."
    )
  }

  /// Slots that do not hold the same generations.
  static func unfinished(_ slots: [String]) -> Problem {
    Problem(
      code: "repository.rotation-unfinished",
      "not every key slot holds the same key generations: \(slots.joined(separator: ", "))",
      reason: "a change of keys was interrupted, or an older revision of a slot was put back",
      hint: "Snapshots are not affected. Run `drydock key rotate` with the key that holds the most."
    )
  }

  /// A slot holds what the one in use does not.
  ///
  /// - Parameters:
  ///   - slot: Its id.
  ///   - lacking: The generations that it alone has.
  /// - Returns: The problem.
  static func behind(_ slot: String, lacking: [UInt32]) -> Problem {
    Problem(
      .refused,
      code: "key.slot-behind",
      "the key slot \(slot) holds key generations that this one lacks",
      reason: "a change of keys was interrupted, or an older revision of this slot was put back; "
        + "to wrap the keys again from here would lose those generations",
      facts: [.init("generations", lacking.map(String.init).joined(separator: ", "))],
      hint: "Run `drydock key rotate` with the key of slot \(slot.prefix(8)). Only if that key is "
        + "lost for good: `drydock key remove \(slot.prefix(8)) --even-ahead` ends the slot, and what is "
        + "sealed with those generations can never be read again."
    )
  }

  /// The slot in use is to go, and no other full one holds all that it does.
  ///
  /// - Parameters:
  ///   - slot: Its id.
  ///   - generations: Those that it alone has.
  /// - Returns: The problem.
  static func heldAlone(_ slot: String, _ generations: [UInt32]) -> Problem {
    Problem(
      .refused,
      code: "key.slot-behind",
      "no other full key slot holds all key generations of the slot \(slot)",
      reason: "a change of keys was interrupted, or an older revision of another slot was put "
        + "back; with this slot those generations would be lost",
      facts: [.init("generations", generations.map(String.init).joined(separator: ", "))],
      hint: "Run `drydock key rotate` with this key first, which wraps them for every slot. "
        + "Without it, what is sealed with them can never be read again."
    )
  }
}

extension KeyProblem {
  /// A key for receipts where one for a slot is needed.
  static let opensNothing = Problem(
    .usage,
    code: "key.no-slot-for",
    "this key signs receipts and opens no repository",
    hint: "Make a key for a host with `drydock key generate FILE`."
  )
}

/// What keeps a change of keys from being made.
extension KeyProblem {
  static let longLabel = Problem(
    .usage,
    code: "key.long-label",
    "the label is longer than \(KeySlot.labelLimit) bytes"
  )

  static func alreadyThere(_ id: String) -> Problem {
    Problem(
      .refused,
      code: "key.already-there",
      "this key opens the slot \(id) already",
      hint:
        "Nothing was changed. `drydock key remove \(id.prefix(8))` comes first, to change a role."
    )
  }

  static func unknownSlot(_ prefix: String, isAmbiguous: Bool) -> Problem {
    Problem(
      .usage,
      code: "key.unknown-slot",
      isAmbiguous ? "several key slots begin with \(prefix)" : "there is no key slot \(prefix)",
      hint: "`drydock key list` shows which there are."
    )
  }

  static func lastFullSlot(_ id: String) -> Problem {
    Problem(
      .refused,
      code: "key.last-full-slot",
      "the key slot \(id) is the last full one",
      reason: "without it, nobody could read the snapshots again",
      hint: "Add another first: `drydock key add --role full`."
    )
  }

  static func oldSlot(_ id: String) -> Problem {
    Problem(
      .refused,
      code: "key.old-slot",
      "the key slot \(id) is of version 1, which only its own passphrase can bring forward",
      hint: "Change keys with that passphrase, or remove the slot: "
        + "`drydock key remove \(id.prefix(8))`."
    )
  }

  static func changedMeanwhile(_ id: String) -> Problem {
    Problem(
      code: "key.changed-meanwhile",
      "somebody else changes the key slot \(id) at this moment",
      hint: "Look with `drydock key list`, then try again.",
      isRetryable: true
    )
  }

  static func tooManyRevisions(_ id: String) -> Problem {
    Problem(
      .refused,
      code: "key.too-many-revisions",
      "the key slot \(id) has no further revisions",
      reason: "somebody put an object under its highest number",
      hint: "Remove what is under keys/\(id) in the store and was not signed, then try again."
    )
  }
}
