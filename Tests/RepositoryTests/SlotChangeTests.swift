import Cryptography
import Foundation
import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("A key slot that was changed is told from a wrong key")
struct SlotChangeTests {
  private typealias Members = [String: Any]

  private static let passphrase = Credential.passphrase(Secret(text: "open sesame"))

  /// A repository of one slot, and what opens it.
  private struct Place {
    let store: MemoryStore
    let credential: Credential
    let slot: KeySlot

    init(_ kind: KeySlot.Kind) throws {
      store = MemoryStore()
      let encryption: Repository.Encryption =
        switch kind {
        case .passphrase: .passphrase(Secret(text: "open sesame"))
        case .keyfile: .keyFile(try .generate(for: .key))
        case .recipient: .keyFile(try .generate(for: .host))
        default: .none
        }
      credential = Credential(encryption)
      _ = try Repository.create(in: store, encryption: encryption)
      slot = try #require(try KeySlots(in: store).revisions.first)
    }

    func members() throws -> Members {
      let json = try JSONSerialization.jsonObject(with: Data(store.get(slot.name)))
      return try #require(json as? Members)
    }

    /// What opening says when the slot has these members instead.
    func problem(_ members: Members, with other: Credential? = nil) throws -> Problem? {
      let bytes = Array(try JSONSerialization.data(withJSONObject: members))
      let changed = MemoryStore(store.contents)
      changed.damage(slot.name) { $0 = bytes }
      return #expect(throws: Problem.self) {
        try Repository.open(changed, with: other ?? credential)
      }
    }
  }

  /// Values of the same type that a member could have instead.
  private static func others(_ name: String, _ value: Any) -> [Any] {
    switch (name, value) {
    case ("kind", _): return ["none", "passphrase", "keyfile", "recipient", "removed"]
    case ("role", _): return ["write"]
    case ("label", let text as String): return [text + "!", ""]
    case ("version", _): return [1]
    case ("scrypt", let cost as Members):
      return cost.flatMap { name, value -> [Any] in
        others(name, value).map { cost.merging([name: $0]) { _, new in new } }
      }
    case (_, let text as String): return [text.dropLast() + (text.last == "0" ? "1" : "0"), ""]
    case (_, let number as Int): return [number + 1, number * 2, 0]
    case (_, let list as [Int]): return [list + [7], []]
    default: return []
    }
  }

  @Test(
    "Each member that is changed or taken away names the slot, and no key is called wrong",
    arguments: [KeySlot.Kind.passphrase, .keyfile, .recipient, .none]
  )
  func members(_ kind: KeySlot.Kind) throws {
    let place = try Place(kind)
    let members = try place.members()
    let optional = ["scrypt", "secret", "voucher"]
    #expect(members.count + optional.filter { members[$0] == nil }.count == 21)
    for (name, value) in members {
      let values = Self.others(name, value).filter { "\($0)" != "\(value)" }
      #expect(!values.isEmpty, "\(name)")
      var variants = values.map { new in members.merging([name: new]) { _, new in new } }
      variants.append(members.filter { $0.key != name })
      for variant in variants {
        let problem = try place.problem(variant)
        let what = "\(name): \(variant[name] ?? "absent"), \(problem?.description ?? "")"
        #expect(problem?.code == "repository.damaged", "\(what)")
        #expect(problem?.facts == [.init("object", place.slot.name.text)], "\(what)")
      }
    }
  }

  @Test("A member that no slot has is refused, since nobody signed it")
  func addedMember() throws {
    let place = try Place(.passphrase)
    var members = try place.members()
    members["comment"] = "x"
    #expect(try place.problem(members)?.reason?.hasPrefix("it has a member that no") == true)
    members["comment"] = nil
    var scrypt = try #require(members["scrypt"] as? Members)
    scrypt["dklen"] = 32
    members["scrypt"] = scrypt
    #expect(try place.problem(members)?.reason?.hasPrefix("it has a member that no") == true)
  }

  @Test("Beside a slot that was changed, no passphrase is called wrong")
  func wrongBesideChanged() throws {
    let place = try Place(.passphrase)
    try KeyKeeper(place.store, place.credential).add(
      .holder(.passphrase(Secret(text: "second"))),
      role: .full,
      label: ""
    )
    var members = try place.members()
    members["label"] = "other"
    let wrong = Credential.passphrase(Secret(text: "third"))
    let problem = try place.problem(members, with: wrong)
    #expect(problem?.code == "repository.damaged")
    #expect(
      problem?.reason == "one of its members was changed: its signature is not valid; of the other "
        + "key slots none opens with the passphrase, which may be right all the same"
    )
    let changed = MemoryStore(place.store.contents)
    changed.damage(place.slot.name) { $0 = nil }
    let sound = #expect(throws: Problem.self) { try Repository.open(changed, with: wrong) }
    #expect(sound?.code == "repository.wrong-passphrase")
    #expect(sound?.reason == "no key slot of the repository opens with it")
  }

  @Test("A slot under another authority is told beside a wrong passphrase")
  func twoAuthorities() throws {
    let place = try Place(.passphrase)
    let (_, binding) = try Repository.identify(place.store)
    let roots = try RootSecrets.random()
    let slot = try KeySlot.first(
      .passphrase(Secret(text: "planted")),
      label: "",
      created: 0,
      roots,
      binding
    )
    try place.store.put(slot.name, slot.encoded())
    let problem = #expect(throws: Problem.self) {
      try Repository.open(place.store, passphrase: Secret(text: "third"))
    }
    #expect(problem?.code == "repository.wrong-passphrase")
    #expect(problem?.reason?.contains("signed by 2 authorities where a repository has one") == true)
    let report = try Repository.open(place.store, with: place.credential).check(
      closure: Sample.closure
    )
    #expect(report.findings.map(\.object) == [slot.name.text])
  }

  @Test("A changed `format` names itself, and not the key")
  func format() throws {
    let place = try Place(.passphrase)
    place.store.damage(RepositoryFormat.name) { $0?.append(UInt8(ascii: "\n")) }
    let problem = #expect(throws: Problem.self) {
      try Repository.open(place.store, with: place.credential)
    }
    #expect(problem?.code == "repository.damaged")
    #expect(problem?.facts == [.init("object", "format")])
  }

  @Test("Without a slot, no key is called wrong")
  func noSlot() throws {
    let place = try Place(.passphrase)
    place.store.damage(place.slot.name) { $0 = nil }
    let problem = #expect(throws: Problem.self) {
      try Repository.open(place.store, with: place.credential)
    }
    #expect(problem?.code == "repository.no-key-slot")
    #expect(problem?.reason == "there is none under keys/")
    var members = try Place(.passphrase).members()
    members["version"] = 3
    let later = Array(try JSONSerialization.data(withJSONObject: members))
    try place.store.put(place.slot.name, later)
    let unknown = #expect(throws: Problem.self) {
      try Repository.open(place.store, with: place.credential)
    }
    #expect(unknown?.reason?.hasPrefix("1 under keys/ are of a version or kind") == true)
  }

  @Test("A slot cannot ask for more memory than eight times what new ones take, whoever signed it")
  func scrypt() throws {
    let place = try Place(.passphrase)
    let (_, binding) = try Repository.identify(place.store)
    let roots = try RootSecrets.random()
    let authority = try KeySlot.authority(roots)
    for (n, r, p, isTaken) in [
      (1 << 18, 8, 1, true), (1 << 19, 8, 1, false), (1 << 18, 16, 1, false),
      (1 << 20, 2, 1, true), (1 << 21, 1, 1, false), (1 << 9, 8, 1, false), (1 << 15, 8, 17, false),
      (1 << 15, 0, 1, false), (-1, 8, 1, false), (Int.max, 32, 1, false), (3 << 14, 8, 1, false),
    ] {
      var cost = try ScryptParameters.fresh()
      (cost.n, cost.r, cost.p) = (n, r, p)
      var slot = place.slot
      slot.scrypt = cost
      slot.bind(to: binding, try authority.publicKey())
      let name = slot.name
      let stored = { try StoredSlot(decoding: try slot.encoded(), name: name) }
      guard isTaken else {
        #expect(throws: Malformed.self) { try stored() }
        #expect(throws: Malformed.self) { try cost.root(of: Secret(text: "x")) }
        #expect(throws: Malformed.self) { try slot.sealing(roots, authority, binding) }
        continue
      }
      #expect(try stored() != .unknown)
    }
  }

  @Test("A slot planted for a host opens only while its key file names no authority")
  func plantedForHost() throws {
    let place = try Place(.passphrase)
    let file = try KeyFile.generate(for: .host)
    let key = try #require(try file.publicKey())
    let keeper = try KeyKeeper(place.store, place.credential)
    let added = try keeper.add(.host(key), role: .write, label: "db1")
    let known = try file.trusting(try #require(added.authority))
    #expect(try Repository.open(place.store, with: .keyFile(known)).role == .write)
    let back = try KeyFile(decoding: known.encoded(), from: "f")
    #expect(back.authority == added.authority && back.secret.matches(file.secret))

    // Whoever reads the store finds the public key, and can make a slot with secrets of his own.
    let (_, binding) = try Repository.identify(place.store)
    let roots = try RootSecrets.random()
    var planted = try #require(try KeySlots(in: place.store).revisions.first { $0.id == added.id })
    planted.revision += 1
    planted.role = .full
    planted = try planted.sealing(roots, KeySlot.authority(roots), binding)
    try place.store.put(planted.name, planted.encoded())
    let fooled = try Repository.open(place.store, with: .keyFile(file))
    #expect(fooled.keys.authority != (try #require(added.authority)).bytes)
    #expect(try Repository.open(place.store, with: .keyFile(known)).role == .write)
    place.store.damage(KeySlot.name(added.id, 1)) { $0 = nil }
    let problem = #expect(throws: Problem.self) {
      try Repository.open(place.store, with: .keyFile(known))
    }
    #expect(problem?.code == "repository.damaged")
    #expect(
      problem?.reason?.hasPrefix("it is signed by another authority than the one that") == true
    )
  }
}
