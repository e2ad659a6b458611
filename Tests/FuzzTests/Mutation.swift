/// Changes bytes as a fuzzer does: bits, numbers at their limits, pieces cut, doubled and moved.
struct Mutation<Generator: RandomNumberGenerator> {
  var generator: Generator

  /// Bytes with one to four changes.
  mutating func mutated(_ input: [UInt8]) -> [UInt8] {
    var bytes = input
    for _ in 0..<Int.random(in: 1...4, using: &generator) { change(&bytes) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return bytes.append(.random(in: 0...255, using: &generator)) }
    let place = Int.random(in: bytes.indices, using: &generator)
    switch Int.random(in: 0..<7, using: &generator) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[place] = .random(in: 0...255, using: &generator)
    case 2: setNumber(&bytes, at: place)
    case 3: bytes.removeSubrange(place..<end(bytes, from: place))
    case 4: bytes.insert(contentsOf: bytes[place..<end(bytes, from: place)], at: place)
    case 5: bytes = Array(bytes.prefix(place))
    default: bytes.append(.random(in: 0...255, using: &generator))
    }
  }

  /// A length that is a lie.
  private mutating func setNumber(_ bytes: inout [UInt8], at place: Int) {
    let numbers: [UInt64] = [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, .max, .max >> 1]
    let number = numbers[Int.random(in: numbers.indices, using: &generator)]
    let width = [2, 4, 8][Int.random(in: 0..<3, using: &generator)]
    for byte in 0..<min(width, bytes.count - place) {
      bytes[place + byte] = UInt8(truncatingIfNeeded: number >> UInt64(8 * byte))
    }
  }

  private mutating func end(_ bytes: [UInt8], from place: Int) -> Int {
    min(bytes.count, place + Int.random(in: 1...16, using: &generator))
  }
}
