import ObjectStore
import Problems
import TestSupport

@testable import Repository

/// What was done with an encrypted repository, and who can open it.
///
/// All have key files, since each opening by a passphrase takes as long as a hundred of these.
struct KeyWork: Sendable {
  var done = DoneWork()
  /// The keys with which changes are made, and with which everything can be read.
  let full: [Credential]
  /// A host that may write, and stays.
  let host: KeyFile
  /// A host that may write, and that a scenario removes.
  let other: KeyFile
  let otherID: String
  /// A host that a scenario adds.
  let added: KeyFile
  var isOtherRemoved = false
  var isAdded = false

  /// Makes a repository that four keys open.
  init(in scene: CrashScene) throws {
    let first = try KeyFile.generate(for: .key)
    full = [.keyFile(first), .keyFile(try .generate(for: .key))]
    (host, other) = (try .generate(for: .host), try .generate(for: .host))
    added = try .generate(for: .host)
    _ = try Repository.create(in: scene.store, encryption: .keyFile(first), clock: scene.clock)
    let keeper = try KeyKeeper(scene.store, full[0])
    try keeper.add(.holder(full[1]), role: .full, label: "")
    try keeper.add(Self.recipient(host), role: .write, label: "")
    otherID = try keeper.add(Self.recipient(other), role: .write, label: "").id
    try done.take(in: scene.open(full[0]))
  }

  static func recipient(_ file: KeyFile) throws -> KeyRecipient {
    guard let key = try file.publicKey() else { throw DoneWork.Loss("no public key") }
    return .host(key)
  }

  /// Throws unless every key opens what it should, one and all read what any of them writes, and a
  /// key that was reported as removed opens nothing.
  mutating func expectWhole(in scene: CrashScene) throws {
    for credential in full { try done.expectWhole(in: scene.open(credential)) }
    for credential in full {
      try done.take(in: scene.open(credential))
      for reader in full { try done.expectWhole(in: scene.open(reader)) }
    }
    var hosts = [host]
    if isAdded { hosts.append(added) }
    for file in hosts {
      // A host stands its deltas on nothing, since it reads nothing of others.
      try done.takeApart(in: scene.open(.keyFile(file)))
      for reader in full { try done.expectWhole(in: scene.open(reader)) }
    }
    guard isOtherRemoved else { return }
    do {
      _ = try scene.open(.keyFile(other))
    } catch let problem as Problem where problem.code == "repository.slot-removed" {
      return
    } catch let problem as Problem where problem.code == "repository.wrong-key-file" {
      return
    }
    throw DoneWork.Loss("a key that was removed opens the repository")
  }
}
