internal import Problems
internal import Repository
internal import Snapshot

/// The stripes of one piece as the parent snapshot holds them.
///
/// Their rows stand in for pages that did not change, and their chunks are bases of deltas.
final class ParentStripes {
  private let stripes: [Int: Stripe]
  private let reader: ChunkReader?
  private var opened: (number: Int, stripe: StripeReader)?

  /// No parent.
  static var none: ParentStripes { ParentStripes([:], reader: nil) }

  init(_ stripes: [Int: Stripe], reader: ChunkReader?) {
    self.stripes = stripes
    self.reader = reader
  }

  /// The parent's stripe of this number.
  subscript(number: Int) -> Stripe? { stripes[number] }

  /// The chunks of a stripe, none where the parent had no such stripe.
  func chunks(ofStripe number: Int) -> [ChunkID] { stripes[number]?.chunks ?? [] }

  /// Lends the rows of one page; throws `ParentStripeLost` where its chunks cannot be read.
  func rows(
    ofPage page: Int,
    inStripe number: Int,
    _ body: (Span<UInt8>) throws -> Void
  ) throws {
    guard let stripe = stripes[number], let reader else { return }
    if opened?.number != number {
      opened = (number, try lost(number) { try StripeReader(stripe, reader: reader) })
    }
    var failure: (any Error)?
    try lost(number) {
      try opened?.stripe.rows(ofPage: page) { row in
        // What goes wrong with the row is not the parent's fault.
        guard failure == nil else { return }
        do { try body(row) } catch { failure = error }
      }
    }
    if let failure { throw failure }
  }

  private func lost<Value>(_ number: Int, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      throw ParentStripeLost(stripe: number, cause: error)
    }
  }
}

/// A stripe of the parent snapshot is missing or damaged: its rows must come from the server.
struct ParentStripeLost: Error {
  let stripe: Int
  let cause: any Error

  /// The loss for a person.
  var text: String {
    let problem = cause as? Problem
    return "stripe \(stripe): \(problem.map { $0.reason ?? $0.summary } ?? "\(cause)")"
  }
}
