/// How a command of a document went.
struct DocumentAnswer {
  /// Its exit code.
  var status: Int32
  /// Standard output, with the names of the document.
  var output: String
  /// Standard error, with the names of the document.
  var errors: String

  /// Everything that it said.
  var whole: String { output + errors }
}
