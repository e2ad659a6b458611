/// Takes identifiers apart: `isSnapshotReady` holds the words is, snapshot, ready.
enum CodeWords {
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
