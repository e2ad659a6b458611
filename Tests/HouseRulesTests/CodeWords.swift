/// Takes identifiers apart: `isSnapshotReady` holds the words is, snapshot, ready.
enum CodeWords {
  /// Whether a line uses a word as a keyword, not as a part of a name or of an option's name.
  static func holdsKeyword(_ word: String, _ line: String) -> Bool {
    line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }.contains { $0 == word }
  }

  /// The words of a line in lower case, each also without an `s` at its end.
  static func of(_ line: String) -> Set<String> {
    var words: Set<String> = []
    var word = ""
    var before: Character = " "
    for character in line + " " {
      let isLetter = character.isASCII && character.isLetter
      if !isLetter || (character.isUppercase && before.isLowercase) {
        words.insert(word.lowercased())
        word = ""
      }
      if isLetter { word.append(character) }
      before = character
    }
    return words.union(words.filter { $0.hasSuffix("s") }.map { String($0.dropLast()) })
      .union(words.filter { $0.hasSuffix("es") }.map { String($0.dropLast(2)) })
  }
}
