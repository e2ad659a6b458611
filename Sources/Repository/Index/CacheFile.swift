internal import Files

/// Searches in one file of the local cache of the index; for one thread.
struct CacheFile {
  let directory: CacheDirectory
  private let seal: CacheSeal
  // The page that was read last: many searches come twice, and a merge goes page by page.
  private var lastPage: [UInt8] = []
  private var lastNumber = -1

  /// Takes a file that is open.
  init(_ directory: CacheDirectory, seal: CacheSeal) {
    self.directory = directory
    self.seal = seal
  }

  /// Opens a file; throws ``BrokenCache`` or what the disk says.
  init(path: String, seal: CacheSeal) throws {
    self.init(try CacheDirectory(path: path, seal: seal), seal: seal)
  }

  /// The number of pages.
  var pageCount: Int { directory.fences.count }

  /// How many entries a page has: all pages but the last are full.
  func entryCount(ofPage number: Int) -> Int {
    min(CachePage.capacity, directory.count - number * CachePage.capacity)
  }

  /// All instances of a chunk.
  mutating func locations(of id: ChunkID) throws -> [InstanceTable.Location] {
    let word = id.words.0
    var found: [InstanceTable.Location] = []
    // The page before the first that begins with this word may end with it.
    var number = max(0, firstFence(notBelow: word) - 1)
    while number < pageCount, directory.fences[number] <= word {
      let page = try readPage(number)
      let count = entryCount(ofPage: number)
      for place in Self.firstPlace(of: id, in: page, count)..<count {
        guard CachePage.id(in: page, at: place) == id else { return found }
        found.append(try CachePage.location(in: page, number, at: place))
      }
      number += 1
    }
    return found
  }

  /// All entries of a page.
  mutating func locations(onPage number: Int) throws -> [InstanceTable.Location] {
    let page = try readPage(number)
    return try (0..<entryCount(ofPage: number)).map {
      try CachePage.location(in: page, number, at: $0)
    }
  }

  /// A page whose tag is right; throws ``BrokenCache`` for any other.
  mutating func readPage(_ number: Int) throws -> [UInt8] {
    if number == lastNumber { return lastPage }
    let start = number * CachePage.length
    let bytes = try directory.file.read(start..<start + CachePage.length)
    guard bytes.count == CachePage.length else { throw BrokenCache() }
    let content = bytes.span.extracting(first: CachePage.contentLength)
    let tag = try seal.tag(ofPage: number, nonce: directory.nonce, content)
    guard bytes[CachePage.contentLength...].elementsEqual(tag) else { throw BrokenCache() }
    (lastPage, lastNumber) = (bytes, number)
    return bytes
  }

  private func firstFence(notBelow word: UInt64) -> Int {
    var range = 0..<pageCount
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      let isBelow = directory.fences[middle] < word
      range = isBelow ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound
  }

  private static func firstPlace(of id: ChunkID, in page: [UInt8], _ count: Int) -> Int {
    var range = 0..<count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      let isBelow = CachePage.id(in: page, at: middle) < id
      range = isBelow ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound
  }
}
