import Cryptography
import Foundation
import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("Key slots open for their holders alone")
struct KeySlotTests {
  private let passphrase = Credential.passphrase(Secret(text: "open sesame"))

  private func code(_ body: () throws -> Void) -> String? {
    #expect(throws: Problem.self) { try body() }?.code
  }

  @Test("A new repository has one slot of version 2, for passphrase, key file or nobody")
  func creation() throws {
    let file = try KeyFile.generate(for: .key)
    let host = try KeyFile.generate(for: .host)
    let kinds: [(Repository.Encryption, Credential, KeySlot.Kind)] = [
      (.passphrase(Secret(text: "open sesame")), passphrase, .passphrase),
      (.keyFile(file), .keyFile(file), .keyfile),
      (.keyFile(host), .keyFile(host), .recipient),
      (.none, .none, KeySlot.Kind.none),
    ]
    for (encryption, credential, kind) in kinds {
      let store = MemoryStore()
      let made = try Repository.create(in: store, encryption: encryption)
      let slots = try KeySlots(in: store)
      #expect(slots.revisions.map(\.kind) == [kind] && slots.first.isEmpty)
      let opened = try Repository.open(store, with: credential)
      #expect(opened.digestSeed == made.digestSeed && opened.role == .full)
      #expect(opened.keyNotice == nil)
    }
  }

  @Test("Another passphrase, another file, or nothing does not open it, and says so")
  func wrongKeys() throws {
    let store = MemoryStore()
    _ = try Repository.create(in: store, encryption: .passphrase(Secret(text: "open sesame")))
    #expect(
      code { _ = try Repository.open(store, passphrase: Secret(text: "sesame")) }
        == "repository.wrong-passphrase"
    )
    #expect(
      code { _ = try Repository.open(store, passphrase: nil) } == "repository.needs-passphrase"
    )
    for purpose in KeyFile.Purpose.allCases {
      let file = try KeyFile.generate(for: purpose)
      #expect(
        code { _ = try Repository.open(store, with: .keyFile(file)) } == "repository.wrong-key-file"
      )
    }
  }

  @Test("A slot that somebody with the public key alone planted does not open for a passphrase")
  func planted() throws {
    let store = MemoryStore()
    _ = try Repository.create(in: store, encryption: .passphrase(Secret(text: "open sesame")))
    let slot = try #require(try KeySlots(in: store).revisions.first)
    let (_, binding) = try Repository.identify(store)
    let roots = try RootSecrets.random()
    var forged = slot
    forged.revision = 2
    forged = try forged.sealing(roots, KeySlot.authority(roots), binding)
    try store.put(forged.name, forged.encoded())
    let opened = try OpenedSlot(in: store, passphrase, binding)
    #expect(opened.roots.store?.matches(try #require(roots.store)) == false)
    store.damage(slot.name) { $0 = nil }
    let problem = #expect(throws: Problem.self) {
      try Repository.open(store, passphrase: Secret(text: "open sesame"))
    }
    #expect(problem?.code == "repository.damaged")
    #expect(
      problem?.reason == "it is signed by an authority that the holder of its key never met; of "
        + "the other key slots none opens with the passphrase, which may be right all the same"
    )
  }

  @Test("An open slot that somebody planted does not open for who has a key")
  func plantedOpen() throws {
    let store = MemoryStore()
    let made = try Repository.create(
      in: store,
      encryption: .passphrase(Secret(text: "open sesame"))
    )
    let (_, binding) = try Repository.identify(store)
    let roots = try RootSecrets.random()
    let authority = try KeySlot.authority(roots)
    var planted = try KeySlot.own(
      of: .none,
      id: String(repeating: "0", count: 32),
      label: "",
      created: 0,
      authority: authority.publicKey(),
      binding
    )
    planted.revision = 9
    planted = try planted.sealing(roots, authority, binding)
    try store.put(planted.name, planted.encoded())
    #expect(try Repository.open(store, with: passphrase).digestSeed == made.digestSeed)
    #expect(
      code { _ = try Repository.open(store, passphrase: Secret(text: "sesame")) }
        == "repository.wrong-passphrase"
    )
    let file = try KeyFile.generate(for: .key)
    #expect(
      code { _ = try Repository.open(store, with: .keyFile(file)) } == "repository.wrong-key-file"
    )
  }

  @Test("A repository that is open to everybody is refused to who has a key, with what to do")
  func openForAll() throws {
    let store = MemoryStore()
    let made = try Repository.create(in: store, encryption: .none)
    let before = store.contents
    let problem = #expect(throws: Problem.self) { try Repository.open(store, with: passphrase) }
    #expect(problem?.code == "repository.not-encrypted" && problem?.kind == .refused)
    #expect(problem?.summary.hasSuffix("though a passphrase is configured") == true)
    #expect(problem?.hint?.contains("DRYDOCK_PASSPHRASE") == true)
    let file = Credential.keyFile(try KeyFile.generate(for: .key))
    let other = #expect(throws: Problem.self) { try KeyKeeper(store, file).list() }
    #expect(other?.code == "repository.not-encrypted")
    #expect(other?.hint?.contains("DRYDOCK_KEY_FILE") == true)
    #expect(store.contents == before)
    #expect(try Repository.open(store, with: .none).digestSeed == made.digestSeed)
  }

  @Test("A key that was added to an open repository opens it")
  func openWithKey() throws {
    let store = MemoryStore()
    let made = try Repository.create(in: store, encryption: .none)
    try KeyKeeper(store, .none).add(.holder(passphrase), role: .full, label: "")
    #expect(try Repository.open(store, with: passphrase).digestSeed == made.digestSeed)
  }

  @Test("A slot of another repository does not open, though the passphrase is the same")
  func otherRepository() throws {
    let (one, two) = (MemoryStore(), MemoryStore())
    let encryption = Repository.Encryption.passphrase(Secret(text: "open sesame"))
    for store in [one, two] { _ = try Repository.create(in: store, encryption: encryption) }
    let slot = try #require(try KeySlots(in: one).revisions.first)
    let own = try #require(try KeySlots(in: two).revisions.first)
    two.damage(own.name) { $0 = nil }
    try two.put(slot.name, slot.encoded())
    #expect(
      code { _ = try Repository.open(two, passphrase: Secret(text: "open sesame")) }
        == "repository.no-key-slot"
    )
  }

  @Test("Slots of later versions and other kinds are passed over")
  func unknown() throws {
    let store = MemoryStore()
    _ = try Repository.create(in: store, encryption: .none)
    let name = try #require(ObjectName("keys/x"))
    for text in [#""version": 3, "kind": "none""#, #""version": 2, "kind": "token""#] {
      store.damage(name) { $0 = Array("{\"magic\": \"drydock key slot\", \(text)}".utf8) }
      #expect(try KeySlots(in: store).damages.isEmpty)
      _ = try Repository.open(store, passphrase: nil)
    }
  }

  @Test("A key file and a public key read back what was written, and nothing else")
  func files() throws {
    for purpose in KeyFile.Purpose.allCases {
      let file = try KeyFile.generate(for: purpose)
      let back = try KeyFile(decoding: file.encoded(), from: "f")
      #expect(back.purpose == purpose && back.secret.matches(file.secret))
      #expect(
        code { _ = try KeyFile(decoding: file.encoded().dropLast(2), from: "f") }
          == "key.not-a-key-file"
      )
      guard let key = try file.publicKey() else {
        #expect(purpose == .key)
        continue
      }
      let purpose = try #require(PublicKey.Purpose(rawValue: purpose.rawValue))
      #expect(try PublicKey(key.description, for: purpose) == key)
      let digits = key.description
      let wrong = digits.dropLast() + (digits.last == "0" ? "1" : "0")
      #expect(code { _ = try PublicKey(String(wrong), for: purpose) } == "key.not-a-public-key")
      let other: PublicKey.Purpose = purpose == .host ? .receipts : .host
      #expect(code { _ = try PublicKey(digits, for: other) } == "key.not-a-public-key")
    }
  }
}
