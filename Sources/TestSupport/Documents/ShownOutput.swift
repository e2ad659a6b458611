internal import Foundation

/// What a document shows of a command's output, held against what the command said.
///
/// A line `...` stands for lines that were left out, ` ...` at the end of a line for the rest of it.
/// Ids, times, durations and sizes are others in every run, and only their form is compared; columns
/// may be wider or narrower. Everything else must be the same, row counts too.
struct ShownOutput {
  /// A kind of text that is another one in every run.
  private struct Mask {
    var detect: String
    var accept: String
    /// Whether a later command may name it.
    var isName: Bool
  }

  private static let masks = [
    Mask(
      detect: #"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}"#,
      accept: #"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}"#,
      isName: true
    ),
    Mask(
      detect: #"[a-km-z2-9]{8}-[a-z0-9]{4,8}-[0-9a-f]{16,}"#,
      accept: #"[a-km-z2-9]{8}-[a-z0-9]{4,8}-[0-9a-f]{16,}"#,
      isName: true
    ),
    Mask(detect: #"(?<![\w])[0-9a-f]{12,}(?![\w])"#, accept: "[0-9a-f]{12,}", isName: true),
    Mask(detect: #"(?<=__dd_)[a-km-z2-9]{8}(?=_)"#, accept: "[a-km-z2-9]{8}", isName: true),
    Mask(detect: #"(?<![\w.,])[0-9a-f]{8}(?![\w])"#, accept: "[0-9a-f]{8}", isName: true),
    Mask(
      detect: #"(?<![\w-])(?=[a-z]*[2-9])(?=[2-9]*[a-z])[a-km-z2-9]{8}(?![\w-])"#,
      accept: "[a-km-z2-9]{8}",
      isName: true
    ),
    Mask(
      detect: #"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00(?::00)?)?"#,
      accept: #"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00(?::00)?)?"#,
      isName: false
    ),
    Mask(detect: #"\d{4}-\d\d-\d\d"#, accept: #"\d{4}-\d\d-\d\d"#, isName: false),
    Mask(
      detect: #"(?<![\w.])\d[\d.,]*\s(?:ms|s|min|h|d)(?:\s\d+\s(?:s|min|h))?(?!\w)"#,
      accept: #"\d[\d.,]*\s(?:ms|s|min|h|d)(?:\s\d+\s(?:s|min|h))?"#,
      isName: false
    ),
    Mask(
      detect: #"(?<![\w.])\d[\d.,]*\s(?:B|KiB|MiB|GiB|TiB)(?:/s)?(?!\w)"#,
      accept: #"\d[\d.,]*\s(?:B|KiB|MiB|GiB|TiB)(?:/s)?"#,
      isName: false
    ),
    Mask(detect: #"\d[\d.]*\s?%"#, accept: #"\d[\d.]*\s?%"#, isName: false),
    Mask(detect: #"\d[\d,]*(?= (?:new )?chunks?)"#, accept: #"\d[\d,]*"#, isName: false),
    Mask(detect: #"PostgreSQL \d+\.\d+"#, accept: #"PostgreSQL \d+\.\d+"#, isName: false),
  ]

  private static let detector = try? NSRegularExpression(
    pattern: masks.map { "(\($0.detect))" }.joined(separator: "|")
  )

  let lines: [String]

  /// The first line that the command did not say, or said too much; nil when all is as shown.
  ///
  /// Names that the output shows are bound to what stands in their place here. Of standard error,
  /// progress and notes may be left out, since a terminal shows the first in passing; errors and
  /// warnings may not.
  func difference(from answer: DocumentAnswer, _ names: inout DocumentNames) -> String? {
    let said = Self.bare(answer.output)
    var errors = Self.bare(answer.errors)[...]
    var next = said.startIndex
    var mayPass = false
    for line in Self.bare(lines.joined(separator: "\n")) {
      if line == "..." {
        mayPass = true
        continue
      }
      let end = mayPass ? said.endIndex : min(next + 1, said.endIndex)
      if let place = said[next..<end].firstIndex(where: { match(line, $0, names) != nil }) {
        for (shown, real) in match(line, said[place], names) ?? [] { names.bind(shown, to: real) }
        next = place + 1
        mayPass = false
      } else if let place = errors.firstIndex(where: { match(line, $0, names) != nil }) {
        for (shown, real) in match(line, errors[place], names) ?? [] { names.bind(shown, to: real) }
        errors = errors[(place + 1)...]
      } else {
        let found = next < said.endIndex && !mayPass ? ", but: \(said[next])" : ""
        return "it did not say: \(line)\(found)"
      }
    }
    if !mayPass, next < said.endIndex { return "it also said: \(said[next])" }
    guard !lines.contains("..."), let loud = errors.first(where: Self.isLoud) else { return nil }
    return "it also said: \(loud)"
  }

  /// Whether a line of standard error is one that a document must show.
  private static func isLoud(_ line: String) -> Bool {
    line.hasPrefix("drydock: ") || line.hasPrefix("warning: ")
  }

  private static func bare(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }

  /// The names in a line and what they are here; nil where the two lines are not alike.
  private func match(
    _ shown: String,
    _ said: String,
    _ names: DocumentNames
  ) -> [(String, String)]? {
    guard let detector = Self.detector else { return nil }
    let isCut = shown.hasSuffix(" ...")
    let shown = isCut ? String(shown.dropLast(4)) : shown
    let whole = shown as NSString
    var pattern = "^"
    var bound: [String] = []
    var end = 0
    let found = detector.matches(in: shown, range: NSRange(location: 0, length: whole.length))
    for match in found {
      pattern += Self.literal(
        whole.substring(with: NSRange(location: end, length: match.range.location - end))
      )
      end = match.range.location + match.range.length
      let text = whole.substring(with: match.range)
      let kind = Self.masks.indices.first { match.range(at: $0 + 1).location != NSNotFound } ?? 0
      let mask = Self.masks[kind]
      if let known = names.known(text) {
        pattern += NSRegularExpression.escapedPattern(for: known)
      } else if mask.isName {
        pattern += "(\(mask.accept))"
        bound.append(text)
      } else {
        pattern += mask.accept
      }
    }
    pattern += Self.literal(whole.substring(from: end)) + (isCut ? "" : "$")
    guard let expression = try? NSRegularExpression(pattern: pattern) else { return nil }
    let target = said as NSString
    let range = NSRange(location: 0, length: target.length)
    guard let match = expression.firstMatch(in: said, range: range) else { return nil }
    return bound.enumerated().map { ($1, target.substring(with: match.range(at: $0 + 1))) }
  }

  /// A text as a pattern, in which a run of blanks or of strokes may be of any length.
  private static func literal(_ text: String) -> String {
    NSRegularExpression.escapedPattern(for: text)
      .replacing(/\s+/, with: "\\s+").replacing(/(\\?-){3,}/, with: "-+")
  }
}
