import ObjectStore

/// One thing that somebody did to a store behind everybody's back.
enum Tampering: CustomStringConvertible {
  case flip(ObjectName, byte: Int, bit: Int)
  case cut(ObjectName, to: Int)
  case delete(ObjectName)
  /// Two objects have each other's bytes.
  case swap(ObjectName, ObjectName)
  /// An object has the bytes of another, as of an older one.
  case replace(ObjectName, by: ObjectName)
  /// The bytes stand under another name as well.
  case copy(ObjectName, to: ObjectName)

  var description: String {
    switch self {
    case .flip(let name, let byte, let bit): "bit \(bit) of byte \(byte) of \(name) flipped"
    case .cut(let name, let length): "\(name) cut to \(length)"
    case .delete(let name): "\(name) deleted"
    case .swap(let one, let other): "\(one) and \(other) swapped"
    case .replace(let name, let other): "\(name) replaced by \(other)"
    case .copy(let name, let other): "\(name) copied to \(other)"
    }
  }

  /// The object that is no longer what it was; nil when all are.
  var object: ObjectName? {
    switch self {
    case .flip(let name, _, _), .cut(let name, _), .delete(let name), .swap(let name, _),
      .replace(let name, _):
      name
    case .copy: nil
    }
  }

  /// The store afterwards.
  func applied(to objects: [ObjectName: [UInt8]]) -> MemoryStore {
    var objects = objects
    switch self {
    case .flip(let name, let byte, let bit): objects[name]?[byte] ^= 1 << UInt8(bit)
    case .cut(let name, let length): objects[name] = objects[name].map { Array($0.prefix(length)) }
    case .delete(let name): objects[name] = nil
    case .swap(let one, let other):
      (objects[one], objects[other]) = (objects[other], objects[one])
    case .replace(let name, let other): objects[name] = objects[other]
    case .copy(let name, let other): objects[other] = objects[name]
    }
    return MemoryStore(objects)
  }
}

extension Tampering {
  /// Every bit position once for each byte, chosen by the place, or all that a step leaves.
  static func flips(of objects: [ObjectName: [UInt8]]) -> [Tampering] {
    objects.sorted { $0.key < $1.key }.flatMap { name, bytes in
      bytes.indices.map { .flip(name, byte: $0, bit: ($0 &* 31 >> 2) & 7) }
    }
  }

  /// Every object at every length that is shorter than it is.
  static func cuts(of objects: [ObjectName: [UInt8]]) -> [Tampering] {
    objects.sorted { $0.key < $1.key }.flatMap { name, bytes in
      bytes.indices.map { .cut(name, to: $0) }
    }
  }

  /// Every object deleted; every two of a kind swapped, and put in the place of each other.
  static func moves(of objects: [ObjectName: [UInt8]]) -> [Tampering] {
    let names = objects.keys.sorted()
    var moves: [Tampering] = names.map { .delete($0) }
    for (place, one) in names.enumerated() {
      for other in names[(place + 1)...] where kind(of: one) == kind(of: other) {
        moves += [.swap(one, other), .replace(one, by: other), .replace(other, by: one)]
      }
    }
    return moves
  }

  /// Every object under another name of its kind.
  static func copies(of objects: [ObjectName: [UInt8]]) -> [Tampering] {
    objects.keys.sorted().compactMap { name in
      let last = name.lastComponent
      let digit = last.hasSuffix("0") ? "1" : "0"
      return ObjectName(name.text.dropLast() + digit).map { .copy(name, to: $0) }
    }
  }

  /// `packs`, `index` and so on.
  static func kind(of name: ObjectName) -> String {
    String(name.text.prefix { $0 != "/" })
  }
}
