import Files
import Processes
import Reports
import TestSupport

/// A real browser without a window, which loads one page and is gone.
struct Browser {
  let place: TemporaryDirectory

  init() throws { place = try TemporaryDirectory() }

  /// What came of a page.
  struct Visit {
    /// The document when it had settled.
    var document: String
    /// What the page's console said, such as what its content policy refused.
    var console: [String]
  }

  /// Loads a document.
  func visit(_ document: String) throws -> Visit {
    let outcome = try call(["--dump-dom", try write(document)])
    return Visit(
      document: outcome.text,
      console: outcome.errors.split(separator: "\n").map(String.init)
        .filter { $0.contains("CONSOLE") }
    )
  }

  /// How wide a document's content is in a window of some width: wider means scrolling sideways.
  ///
  /// The document lies in a frame of a page of ours, which may ask it (HTML standard, `srcdoc`).
  func width(of document: String, in window: Int) throws -> Int? {
    let outer = """
      <!DOCTYPE html><title>-</title><script>
      function measure(frame) {
        document.title = "width " + frame.contentDocument.documentElement.scrollWidth;
      }
      </script>
      \(
        HTML.element(
          "iframe",
          [
            "srcdoc": "PLACE", "style": "width:\(window)px;height:800px;border:0",
            "onload": "measure(this)",
          ],
          []
        ).markup.replacing("PLACE", with: document.replacing("&", with: "&amp;")
          .replacing("\"", with: "&quot;"))
      )
      """
    let seen = try visit(outer).document
    return seen.firstMatch(of: /<title>width (\d+)<\/title>/).flatMap { Int($0.output.1) }
  }

  /// Puts a document where the browser finds it; its address.
  func write(_ document: String) throws -> String {
    let path = "\(place.path)/page.html"
    try AtomicFile.write(Array(document.utf8), to: path, durability: .fast)
    return "file://\(path)"
  }

  func call(_ arguments: [String]) throws -> Outcome {
    try Invocation(
      "chromium",
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        "--enable-logging=stderr", "--user-data-dir=\(place.path)/profile",
      ] + arguments
    ).run(timeLimit: .seconds(120)).checked()
  }
}
