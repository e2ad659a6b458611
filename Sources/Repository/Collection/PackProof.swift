internal import Cryptography
internal import ObjectStore
internal import Problems

/// Reads instances out of a pack that is proven first.
enum PackProof {
  /// The chosen instances with their bytes.
  ///
  /// - Parameters:
  ///   - name: The pack.
  ///   - repository: The repository.
  ///   - reader: Opens each instance.
  ///   - isChosen: Whether an instance at an offset is wanted.
  /// - Returns: The instances in the order of their offsets.
  /// - Throws: `repository.damaged` where the pack's bytes do not hash to its name, its directory
  ///   does not open, or a chosen instance does not give the chunk that it should.
  static func instances(
    of name: ObjectName,
    in repository: Repository,
    _ reader: ChunkReader,
    where isChosen: (Instance, _ offset: Int) throws -> Bool
  ) throws -> [(instance: Instance, bytes: [UInt8])] {
    let bytes = try repository.store.get(name, limit: PackEntry.sizeLimit)
    let entry = try Pack.readDirectory(
      of: name,
      in: repository.store,
      keys: repository.keys,
      binding: repository.binding
    )
    guard try PackID(SHA256.hash(bytes)) == entry.id else {
      throw Damage.problem(name, "its bytes do not hash to its name")
    }
    var chosen: [(instance: Instance, bytes: [UInt8])] = []
    for (instance, offset) in entry.instances where try isChosen(instance, Int(offset)) {
      let base = try reader.base(of: instance)
      let range = Int(offset)..<Int(offset) + instance.length
      try Damage.naming(name, [.init("offset", String(offset))]) {
        guard range.upperBound <= bytes.count else { throw Malformed("it ends too early") }
        let content = Array(bytes[range])
        _ = try reader.open(content, instance, instance.kind, base: base)
        chosen.append((instance, content))
      }
    }
    return chosen
  }
}
