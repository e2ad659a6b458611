internal import Bytes
internal import Files
internal import ObjectStore

/// Makes one file of the cache out of others: a merge of sorted runs, with a page of each in memory.
struct CacheMerge {
  /// Where one of the files is being read.
  private struct Source {
    var file: CacheFile
    /// For each of the file's packs its number in the new file; nil where an earlier file has it.
    var numbers: [UInt32?]
    var pageNumber = 0
    var place = 0
    var page: [UInt8] = []
    /// The next entry that goes into the new file.
    var head: CachePage.Key?

    /// Goes to the next entry whose pack is this file's to give.
    mutating func advance() throws {
      head = nil
      while head == nil, pageNumber < file.pageCount {
        if place == 0 { page = try file.readPage(pageNumber) }
        let start = place * CachePage.entryLength
        var reader = ByteReader(page, at: start + Instance.entryLength)
        let pack = Int(try reader.u32())
        guard numbers.indices.contains(pack) else { throw BrokenCache() }
        if let number = numbers[pack] {
          var reader = ByteReader(page, at: start + Instance.offsetInEntry)
          head = CachePage.Key(
            id: CachePage.id(in: page, at: place),
            pack: number,
            offset: try reader.u32()
          )
        } else {
          step()
        }
      }
    }

    /// The bytes of the entry at hand, as in an index object.
    var entry: ArraySlice<UInt8> {
      let start = place * CachePage.entryLength
      return page[start..<start + Instance.entryLength]
    }

    mutating func step() {
      place += 1
      if place == file.entryCount(ofPage: pageNumber) { (pageNumber, place) = (pageNumber + 1, 0) }
    }
  }

  private var sources: [Source]
  private let packs: [InstanceTable.Place]
  private let objects: Set<ObjectName>

  /// Prepares a merge; a pack that several files have is taken from the first.
  init(_ files: [CacheFile]) {
    var owners: [PackID: Int] = [:]
    var packs: [InstanceTable.Place] = []
    for (number, file) in files.enumerated() {
      for pack in file.directory.packs where owners[pack.id] == nil {
        owners[pack.id] = number
        packs.append(pack)
      }
    }
    packs.sort { $0.id < $1.id }
    var numbers: [PackID: UInt32] = [:]
    for (number, pack) in packs.enumerated() { numbers[pack.id] = UInt32(number) }
    sources = files.enumerated().map { number, file in
      Source(
        file: file,
        numbers: file.directory.packs.map { owners[$0.id] == number ? numbers[$0.id] : nil }
      )
    }
    self.packs = packs
    objects = files.reduce(into: []) { $0.formUnion($1.directory.objects) }
  }

  /// Writes the new file; throws ``BrokenCache`` when one of the files is.
  consuming func write(to path: String, seal: CacheSeal) throws {
    let writer = try CacheFileWriter(path: path, packs: packs, objects: objects, seal: seal)
    var queue = MergeQueue()
    for number in sources.indices {
      try sources[number].advance()
      if let head = sources[number].head { queue.add(head, of: number) }
    }
    while let (head, number) = queue.first {
      try writer.append(head.id, sources[number].entry, pack: head.pack)
      sources[number].step()
      try sources[number].advance()
      queue.replaceFirst(with: sources[number].head)
    }
    try writer.finish()
  }
}
