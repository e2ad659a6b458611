internal import Bytes
internal import Digests
internal import Problems
internal import Repository
internal import Restoration
internal import Snapshot

/// Checks a snapshot's content without a server: whether all is there, and is what it claims.
struct ContentCheck {
  private let snapshot: SnapshotContent
  private let reader: ChunkReader

  init(_ content: SnapshotContent) throws {
    snapshot = content
    reader = try content.repository.makeReader()
  }

  /// Level 0: which parts need chunks that are not there.
  func presence() throws -> [VerificationRun.Finding] {
    let definition = snapshot.manifest.definition
    var findings = try missing(
      definition.archive + definition.globals + definition.fingerprint,
      of: "the definition"
    )
    for table in snapshot.manifest.tables {
      findings += try presence(of: table.label, listedIn: table.segments) {
        try snapshot.stripes(of: table, reader).flatMap(\.chunks)
      }
    }
    for file in snapshot.manifest.dump?.files ?? [] {
      findings += try presence(of: Self.label(file), listedIn: file.segments) {
        try file.segments.flatMap { segment in
          try Segment(decoding: try reader.read(segment, kind: .list)).stripes.flatMap(\.chunks)
        }
      }
    }
    return try findings
      + presence(of: "the large objects", listedIn: snapshot.manifest.largeObjects) {
        try snapshot.largeObjects(reader).flatMap(\.chunks)
      }
  }

  /// Looks for a part's lists, and where all of them are there, for what they list.
  private func presence(
    of subject: String,
    listedIn lists: [ChunkID],
    _ chunks: () throws -> [ChunkID]
  ) throws -> [VerificationRun.Finding] {
    let lost = try missing(lists, of: subject)
    guard lost.isEmpty else { return lost }
    return try guarding(subject) { try missing(chunks(), of: subject) }
  }

  /// Level 2: every chunk opens, and rows and digests of the stripes add up to the tables'.
  ///
  /// - Parameters:
  ///   - sample: Reads only this share of each table's stripes, in percent, chosen anew each time and
  ///     one at least, and of the large objects; nil for all.
  ///   - progress: Told after each table how much is read.
  /// - Returns: What is wrong.
  /// - Throws: What is no damage.
  func content(
    sample: Int?,
    _ progress: (RestoreProgress) -> Void = { _ in }
  ) throws -> [VerificationRun.Finding] {
    var findings = try definition()
    let total = snapshot.manifest.totals.bytes
    var done = RestoreProgress(phase: "level 2: reading rows", totalBytes: total)
    for table in snapshot.manifest.tables {
      progress(done)
      findings += try guarding(table.label) { try check(table, sample) }
      done.bytes += table.bytes
      done.rows += table.rows
    }
    for file in snapshot.manifest.dump?.files ?? [] {
      findings += try guarding(Self.label(file)) {
        try snapshot.read(file) { _ in try Task.checkCancellation() }
        return []
      }
    }
    return try findings + checkLargeObjects(sample)
  }

  /// The part of level 2 that is no row: definition, globals, fingerprint.
  func definition() throws -> [VerificationRun.Finding] {
    let definition = snapshot.manifest.definition
    return try guarding("the definition") {
      for part in [definition.archive, definition.globals, definition.fingerprint] {
        _ = try snapshot.text(part, reader)
      }
      return []
    }
  }

  private func checkLargeObjects(_ sample: Int?) throws -> [VerificationRun.Finding] {
    try guarding("the large objects") {
      let items = try snapshot.largeObjects(reader)
      let share = Share(percent: sample, of: items.count)
      for (number, item) in items.enumerated() where share.takes(number) {
        let size = try item.chunks.reduce(0) { try $0 + reader.read($1, kind: .data).count }
        guard size == item.size else {
          return [.init(subject: "large object \(item.oid)", text: "\(size) of \(item.size) bytes")]
        }
      }
      return []
    }
  }

  private static func label(_ file: Manifest.Dump.File) -> String {
    file.name.isEmpty ? "the dump" : "the dump's file \(file.name)"
  }

  private func missing(_ chunks: [ChunkID], of subject: String) throws -> [VerificationRun.Finding]
  {
    let count = try chunks.filter { try !reader.contains($0) }.count
    guard count > 0 else { return [] }
    return [.init(subject: subject, text: "\(count) of \(chunks.count) chunks are missing")]
  }

  /// Turns damage into a finding; every other error ends the verification.
  private func guarding(
    _ subject: String,
    _ body: () throws -> [VerificationRun.Finding]
  ) throws -> [VerificationRun.Finding] {
    do {
      return try body()
    } catch let problem as Problem where problem.kind == .damaged {
      return [.init(subject: subject, damage: problem)]
    }
  }

  private func check(_ table: Manifest.Table, _ sample: Int?) throws -> [VerificationRun.Finding] {
    var (rows, digest) = (0, DigestSum())
    let stripes = try snapshot.stripes(of: table, reader)
    let share = Share(percent: sample, of: stripes.count)
    for (number, stripe) in stripes.enumerated() {
      try Task.checkCancellation()
      guard share.takes(number) else {
        rows += stripe.rows
        digest.add(stripe.digest)
        continue
      }
      let sum = try RowSum(of: stripe, reader, seed: snapshot.repository.digestSeed)
      guard sum.rows == stripe.rows, sum.digest == stripe.digest else {
        return [
          .init(
            subject: table.label,
            text: "stripe \(number) holds \(sum.rows) rows with another digest than was recorded"
          )
        ]
      }
      rows += sum.rows
      digest.add(sum.digest)
    }
    guard rows == table.rows, digest == table.digest else {
      return [.init(subject: table.label, text: "its stripes do not add up to the table")]
    }
    return []
  }
}

/// A share of many things, chosen at random: one at least, or a small table would go unread for ever.
private struct Share {
  private let percent: Int?
  private let certain: Int?

  init(percent: Int?, of count: Int) {
    self.percent = percent
    certain = (0..<count).randomElement()
  }

  /// Whether one of them belongs to it.
  func takes(_ number: Int) -> Bool {
    guard let percent else { return true }
    return number == certain || Int.random(in: 0..<100) < percent
  }
}

/// The rows of a stripe, counted and summed from its stored text.
struct RowSum {
  private(set) var rows = 0
  private(set) var digest = DigestSum()

  init(of stripe: Stripe, _ reader: ChunkReader, seed: UInt64) throws {
    let hasher = RowHasher(seed: seed)
    var left = stripe.bytes
    // Only a row that is cut between chunks is held here.
    var begun: [UInt8] = []
    for chunk in stripe.chunks where left > 0 {
      let bytes = try reader.read(chunk, kind: .data)
      let text = bytes.span.extracting(0..<min(left, bytes.count))
      left -= text.count
      var start = 0
      while let end = text.firstIndex(of: UInt8(ascii: "\n"), from: start) {
        let rest = text.extracting(start..<end)
        if begun.isEmpty {
          digest.add(hasher.digest(of: rest))
        } else {
          begun.append(rest)
          digest.add(hasher.digest(of: begun.span))
          begun = []
        }
        rows += 1
        start = end + 1
      }
      begun.append(text.extracting(start..<text.count))
    }
  }
}
