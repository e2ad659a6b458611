internal import Files
internal import Problems

/// The shared files of AWS's tools, and the profile in use.
struct AWSFiles {
  private static let sizeLimit = 1 << 20

  /// The profile: `AWS_PROFILE`, or `default`.
  let profile: String
  private var credentials: [String: String] = [:]
  private var configuration: [String: String] = [:]

  /// Reads the files that are there.
  init(_ environment: [String: String]) throws {
    let value = { (name: String) in environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    profile = value("AWS_PROFILE") ?? "default"
    let home = value("HOME").map { $0 + "/.aws" }
    if let path = value("AWS_SHARED_CREDENTIALS_FILE") ?? home.map({ $0 + "/credentials" }) {
      credentials = try Self.section(profile, of: path)
    }
    if let path = value("AWS_CONFIG_FILE") ?? home.map({ $0 + "/config" }) {
      let name = profile == "default" ? profile : "profile \(profile)"
      configuration = try Self.section(name, of: path)
    }
  }

  /// A value that either file may have; the one of credentials counts more.
  func credential(_ key: String) -> String? { credentials[key] ?? configuration[key] }

  /// A value of the configuration, such as `region`.
  func setting(_ key: String) -> String? { configuration[key] }

  /// The keys and values of one section of a text.
  static func section(_ name: String, in text: String) -> [String: String] {
    var isInside = false
    var values: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let bare = trimmed(line)
      if bare.hasPrefix("#") || bare.hasPrefix(";") { continue }
      if bare.hasPrefix("["), let end = bare.firstIndex(of: "]") {
        isInside = trimmed(bare[..<end].dropFirst()) == name
      } else if isInside, let equals = bare.firstIndex(of: "="), line.first?.isWhitespace == false {
        // An indented line belongs to the setting above it, which is none of ours.
        let key = trimmed(bare[..<equals]).lowercased()
        let value = trimmed(bare[bare.index(after: equals)...])
        if !value.isEmpty { values[key] = value }
      }
    }
    return values
  }

  /// The words of a line: between spaces, or between quotes.
  static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if quote == nil, character == " " || character == "\t" {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    return words + (word.map { [$0] } ?? [])
  }

  private static func section(_ name: String, of path: String) throws -> [String: String] {
    do {
      let bytes = try ReadableFile.contents(of: path, limit: sizeLimit)
      return section(name, in: String(decoding: bytes, as: UTF8.self))
    } catch let problem as Problem where problem.code == "files.not-found" {
      return [:]
    }
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let rest = text.drop(while: \.isWhitespace)
    return String(rest.reversed().drop(while: \.isWhitespace).reversed())
  }
}
