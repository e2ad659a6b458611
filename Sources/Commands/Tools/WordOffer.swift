internal import Reports
internal import Synchronization

/// Words that a line may go on with, as far as they are known by now.
///
/// Whoever collects them may be slower than a person waits, so that what is there can be taken at any
/// time.
final class WordOffer: Sendable {
  /// A word, and what there is to say of it.
  struct Word: Sendable, Equatable {
    let text: String
    let note: String
  }

  /// More than a person reads through.
  static let limit = 200

  /// What is typed already.
  let beginning: String
  private let known = Mutex<[Word]>([])

  init(to beginning: String) { self.beginning = beginning }

  /// The words, in the order in which they came.
  var words: [Word] { known.withLock { $0 } }

  /// Adds a word, if it goes on with what is typed.
  ///
  /// One with a character that steers a terminal, or that ends a line, is left out: names come from
  /// databases, and nobody has looked at them yet.
  func add(_ text: String, _ note: String = "") {
    guard text.hasPrefix(beginning), !text.isEmpty, Printable.line(text) == text else { return }
    let word = Word(text: text, note: Printable.line(note))
    known.withLock { words in
      guard words.count < Self.limit, !words.contains(where: { $0.text == text }) else { return }
      words.append(word)
    }
  }
}
