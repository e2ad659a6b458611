/// Reads page headers in the server by one of two functions.
struct PageReader: Sendable, Equatable {
  /// A short name for the manifest.
  var name: String { "pageinspect" }
}
