import Foundation
import ObjectStore
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Backup

@Suite("Which snapshot a new one builds upon")
struct ParentTests {
  private let store = MemoryStore()
  private let owner: Credential
  private let host: Credential

  init() throws {
    let ownFile = try KeyFile.generate(for: .key)
    let hostFile = try KeyFile.generate(for: .host)
    let key = try #require(try hostFile.publicKey())
    owner = .keyFile(ownFile)
    host = .keyFile(hostFile)
    _ = try Repository.create(in: store, encryption: .keyFile(ownFile))
    try KeyKeeper(store, .keyFile(ownFile)).add(.host(key), role: .write, label: "db1")
  }

  /// A snapshot of the sample's database, taken in a minute of the history.
  private func take(_ minute: Double, with credential: Credential) throws -> SnapshotName {
    let manifest = try Manifest.sample.encoded()
    let time = Date(timeIntervalSince1970: 1_769_738_400 + minute * 60)
    let writer = try Repository.open(store, with: credential).beginSnapshot(parent: nil)
    return try writer.commit(manifest: manifest, at: time, closure: [])
  }

  private func choice(with credential: Credential) throws -> Parent.Choice {
    let database = Manifest.sample.database
    return try Repository.open(store, with: credential)
      .parent(of: database.name, in: database.systemIdentifier)
  }

  @Test("Without any, everything is read as the first")
  func first() throws {
    let choice = try choice(with: owner)
    #expect(choice.parent?.name == nil && choice.notice == nil)
    #expect(choice.reason == "first snapshot")
  }

  @Test("A full key passes over what a host took that may only write, and says so")
  func passedOver() throws {
    let own = try take(0, with: owner)
    let theirs = try take(1, with: host)
    let newest = try take(2, with: host)
    let choice = try choice(with: owner)
    #expect(choice.parent?.name == own)
    #expect(choice.passedOver == newest)
    let notice = try #require(choice.notice)
    #expect(notice.contains(newest.text) && notice.contains("builds upon \(own)"))
    #expect(!notice.contains(theirs.text))
  }

  @Test("A full key reads everything where only hosts took snapshots, and says why")
  func onlyHosts() throws {
    let theirs = try take(1, with: host)
    let choice = try choice(with: owner)
    #expect(choice.parent?.name == nil)
    #expect(choice.reason == "first snapshot with a full key")
    let notice = try #require(choice.notice)
    #expect(notice.contains(theirs.text) && notice.contains("everything was read"))
  }

  @Test("A host builds upon its own, also where the owner has a newer one")
  func ownOfHost() throws {
    let theirs = try take(1, with: host)
    _ = try take(2, with: owner)
    let choice = try choice(with: host)
    #expect(choice.parent?.name == theirs)
    #expect(choice.notice == nil)
  }
}
