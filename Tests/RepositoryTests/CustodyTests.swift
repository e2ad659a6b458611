import Bytes
import Cryptography
import Foundation
import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("Only who holds a full key decides what is removed, and everybody can read the decision")
struct CustodyTests {
  private static let passphrase = Credential.passphrase(Secret(text: "owner"))

  /// A repository with a snapshot by its owner and one by a host that may only write.
  private func prepared() throws -> (store: MemoryStore, host: Credential, ids: [ChunkID]) {
    let store = MemoryStore()
    let owner = try Repository.create(
      in: store,
      encryption: .passphrase(Secret(text: "owner"))
    )
    try Sample.addSnapshot(to: owner, chunks: 2, seed: 1)
    let file = try KeyFile.generate(for: .host)
    let key = try #require(try file.publicKey())
    try KeyKeeper(store, Self.passphrase).add(.host(key), role: .write, label: "")
    let host = Credential.keyFile(file)
    let (_, ids) = try Sample.addSnapshot(
      to: try Repository.open(store, with: host),
      chunks: 1,
      seed: 50
    )
    return (store, host, ids)
  }

  private func code(_ body: () throws -> Void) -> String? {
    #expect(throws: Problem.self) { try body() }?.code
  }

  @Test("A host that may only write can neither mark, nor unmark, nor forget, nor collect")
  func refused() throws {
    let (store, host, ids) = try prepared()
    let repository = try Repository.open(store, with: host)
    let before = store.contents
    let pack = try #require(try packs(holding: ids, in: repository).first)
    let acts: [() throws -> Void] = [
      { try Mark.put([pack], isSwept: false, in: repository) },
      { try Unmark.put(ObjectName(components: "marks", "x"), in: repository) },
      { try repository.forget(try repository.snapshots()) },
      { _ = try repository.collect(closure: Sample.visit) },
    ]
    for act in acts { #expect(code(act) == "repository.needs-full-key") }
    #expect(store.contents == before)
  }

  @Test("In an append-only repository nobody forgets or collects")
  func appendOnly() throws {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none, isAppendOnly: true)
    try Sample.addSnapshot(to: repository, chunks: 2, seed: 1)
    let before = store.contents
    #expect(
      code { try repository.forget(try repository.snapshots()) } == "repository.append-only"
    )
    #expect(
      code { _ = try repository.collect(closure: Sample.visit) } == "repository.append-only"
    )
    #expect(store.contents == before)
  }

  @Test("A change of keys in an append-only repository removes nothing, and says what stays")
  func appendOnlyKeys() throws {
    let store = MemoryStore()
    _ = try Repository.create(
      in: store,
      encryption: .passphrase(Secret(text: "owner")),
      isAppendOnly: true
    )
    let keeper = try KeyKeeper(store, Self.passphrase)
    let second = Credential.passphrase(Secret(text: "second"))
    let added = try keeper.add(.holder(second), role: .full, label: "second")
    let before = Set(store.contents.keys)
    try keeper.rotate()
    let removed = try keeper.remove(added.id)
    #expect(before.isSubset(of: store.contents.keys))
    #expect(!removed.left.isEmpty)
    #expect(Set(removed.left).isSubset(of: store.contents.keys.map(\.text)))
    #expect(
      code { _ = try Repository.open(store, with: second) } == "repository.slot-removed"
    )
    #expect(try Repository.open(store, with: Self.passphrase).role == .full)
  }

  @Test("A host that may only write keeps away from packs that the owner marked")
  func marksAreRead() throws {
    let (store, host, ids) = try prepared()
    let owner = try Repository.open(store, with: Self.passphrase)
    try Mark.put(try packs(holding: ids, in: owner), isSwept: false, in: owner)
    let writer = try Repository.open(store, with: host).beginSnapshot(parent: nil)
    let known = Sample.bytes(3000, seed: 50)
    #expect(try writer.makeEncoder().write(known.span, level: 1).storedLength > 0)
    try writer.abandon()
  }

  @Test("Collection keeps the owner's form of a chunk, and the host's that only it can read")
  func bothForms() throws {
    let now = Int64(Date().timeIntervalSince1970)
    let store = MemoryStore(try prepared().store.contents, clock: { now })
    let file = try KeyFile.generate(for: .host)
    let key = try #require(try file.publicKey())
    try KeyKeeper(store, Self.passphrase).add(.host(key), role: .write, label: "")
    let host = Credential.keyFile(file)
    // The owner has these chunks already, and the host cannot rely on that.
    let (_, ids) = try Sample.addSnapshot(
      to: try Repository.open(store, with: host),
      chunks: 2,
      seed: 1
    )
    let owner = try Repository.open(store, with: Self.passphrase)
    let both = try ids.flatMap { try owner.index.refreshed().locations(of: $0) }
    #expect(both.count == 4)
    let report = try owner.collect(closure: Sample.visit)
    #expect(report.marked.packs == 0 && report.repacked.packs == 0)
    for who in [host, Self.passphrase] {
      let reader = try Repository.open(store, with: who).makeReader()
      for id in ids { _ = try reader.read(id) }
    }
  }

  /// A pack by a host, whose directory says that it has the owner's form of chunks; it has rubbish.
  private func storeForgery(of ids: [ChunkID], by host: Repository) throws -> PackEntry {
    var pack = PackBuilder(reusing: [])
    for id in ids {
      let instance = Instance(
        id: id,
        base: nil,
        generation: 1,
        storedLength: 3000,
        rawLength: 3000,
        kind: .data,
        codec: .raw,
        version: 0
      )
      var bytes: [UInt8] = []
      instance.appendHeader(to: &bytes)
      bytes += [UInt8](repeating: 7, count: instance.length - bytes.count)
      pack.append(instance, sealed: bytes)
    }
    let entry = try pack.close(keys: host.keys, binding: host.binding)
    try host.store.put(Pack.name(entry.id), pack.bytes)
    return entry
  }

  /// Stores an index object by a host, under a name that comes before all others.
  private func storeIndex(_ packs: [PackEntry], by host: Repository) throws -> ObjectName {
    var content: [UInt8] = []
    content.append(littleEndian: UInt32(packs.count))
    for pack in packs {
      pack.id.append(to: &content)
      content.append(littleEndian: UInt64(pack.size))
      Pack.appendEntries(pack.instances, to: &content)
    }
    let name = ObjectName(components: InstanceIndex.directory, String(repeating: "0", count: 32))
    try host.store.put(name, try host.sealed.seal(content, as: .index, name: name))
    return name
  }

  @Test("Collection keeps the owner's packs where a host says that its own have the same chunks")
  func forgedCopies() throws {
    let now = Int64(Date().timeIntervalSince1970)
    let (made, host, _) = try prepared()
    let store = MemoryStore(made.contents, clock: { now })
    let owner = try Repository.open(store, with: Self.passphrase)
    let (_, ids) = try Sample.addSnapshot(to: owner, chunks: 2, seed: 7)
    let ownPacks = Set(try packs(holding: ids, in: owner))
    let theirs = try Repository.open(store, with: host)
    let forgery = try storeForgery(of: ids, by: theirs)
    _ = try storeIndex([forgery], by: theirs)

    let report = try owner.collect(closure: Sample.visit)
    #expect(report.damaged.count == 2)
    #expect(report.damaged.allSatisfy { $0.summary.hasPrefix("another copy of the chunk ") })
    let condemned = try Mark.all(in: owner).condemned
    #expect(condemned.contains(forgery.id))
    #expect(condemned.isDisjoint(with: ownPacks))
    let reader = try Repository.open(store, with: Self.passphrase).makeReader()
    for id in ids { _ = try reader.read(id) }
  }

  @Test("What the owner has in marked packs only is copied out of them, though a host has it too")
  func rescuedForOwner() throws {
    let now = Int64(Date().timeIntervalSince1970)
    let (made, host, _) = try prepared()
    let store = MemoryStore(made.contents, clock: { now })
    let owner = try Repository.open(store, with: Self.passphrase)
    let (_, ids) = try Sample.addSnapshot(to: owner, chunks: 2, seed: 7)
    let marked = Set(try packs(holding: ids, in: owner))
    try Sample.addSnapshot(to: try Repository.open(store, with: host), chunks: 2, seed: 7)
    try Mark.put(marked.sorted(), isSwept: false, in: owner)
    #expect(try owner.collect(closure: Sample.visit).rescued == 2)
  }

  @Test("Collection refuses where a host says of the owner's pack that it holds something else")
  func contradiction() throws {
    let now = Int64(Date().timeIntervalSince1970)
    let (made, host, _) = try prepared()
    let store = MemoryStore(made.contents, clock: { now })
    let owner = try Repository.open(store, with: Self.passphrase)
    let (_, ids) = try Sample.addSnapshot(to: owner, chunks: 2, seed: 7)
    let theirs = try Repository.open(store, with: host)
    let pack = try #require(try packs(holding: ids, in: owner).first)
    var claim = try Pack.readDirectory(
      of: Pack.name(pack),
      in: store,
      keys: theirs.keys,
      binding: theirs.binding
    )
    for number in claim.instances.indices {
      let id = ChunkID(exactly: repeatElement(UInt8(number + 1), count: ChunkID.length))
      claim.instances[number].instance.id = id
    }
    let forgery = try storeForgery(of: ids, by: theirs)
    let index = try storeIndex([claim, forgery], by: theirs)

    let problem = #expect(throws: Problem.self) {
      _ = try owner.collect(closure: Sample.visit)
    }
    #expect(problem?.code == "collect.refused")
    #expect(problem?.facts.contains(Problem.Fact("object", index.text)) == true)
    #expect(problem?.hint?.contains("Delete the object \(index) in the store") == true)
    #expect(try Mark.all(in: owner).isEmpty)
    let findings = try owner.check(closure: Sample.closure).findings
    #expect(findings.contains { $0.object == index.text })
  }

  @Test("A mark whose signature is another's opens for nobody, so that no writer goes on")
  func forged() throws {
    let (store, host, ids) = try prepared()
    let owner = try Repository.open(store, with: Self.passphrase)
    let pack = try packs(holding: ids, in: owner)
    let name = try Mark.put(pack, isSwept: false, in: owner)
    let sealed = try owner.store.get(name)
    let signed = try owner.sealed.unseal(sealed, .mark, name)
    // What somebody can make who has the index key and not the authority's.
    let impostor = try Ed25519.PrivateKey.generate()
    let content = Array(signed.dropLast(Custody.signatureLength))
    let forgery = content + (try impostor.signature(of: content.span))
    store.damage(name) { $0 = try? owner.sealed.seal(whole: forgery, as: .mark, name: name) }
    for credential in [Self.passphrase, host] {
      let repository = try Repository.open(store, with: credential)
      #expect(code { _ = try Mark.all(in: repository) } == "repository.damaged")
      #expect(code { _ = try repository.beginSnapshot(parent: nil) } == "repository.damaged")
    }
  }

  @Test("A mark under a name longer than any mark's is damage, and ends no program")
  func longName() throws {
    let (store, _, _) = try prepared()
    let owner = try Repository.open(store, with: Self.passphrase)
    let part = String(repeating: "a", count: 200)
    let name = ObjectName(components: Mark.directory, part, part)
    let content = [UInt8](repeating: 0, count: 100)
    try store.put(name, owner.sealed.seal(whole: content, as: .mark, name: name))
    #expect(code { _ = try Mark.all(in: owner) } == "repository.damaged")
  }

  private func packs(holding ids: [ChunkID], in repository: Repository) throws -> [PackID] {
    let table = try repository.index.refreshed()
    return try ids.flatMap { try table.locations(of: $0) }.map { table.packs[Int($0.pack)].id }
  }
}
