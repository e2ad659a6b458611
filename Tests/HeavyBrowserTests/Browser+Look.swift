import Files
import Foundation
import Processes
import TestSupport

/// How a document looks: in light and dark, in any width.
extension Browser {
  /// The colours that a person prefers.
  enum Scheme: String, CaseIterable {
    case light
    case dark

    /// What makes the browser prefer them (`PreferredColorScheme` of Blink).
    var arguments: [String] {
      ["--blink-settings=preferredColorScheme=\(self == .dark ? 0 : 1)"]
    }
  }

  /// A page of ours that shows a document in a frame of some width, and may ask it anything.
  private func frame(_ document: String, width: Int, height: Int, script: String = "") -> String {
    let content = document.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
    return """
      <!DOCTYPE html><meta name="color-scheme" content="light dark"><title>-</title>
      <style>body { margin: 0 } iframe { border: 0; display: block }</style>
      <script>\(script)</script>
      <iframe style="width:\(width)px;height:\(height)px" onload="window.look && look(this)"
        srcdoc="\(content)"></iframe>
      """
  }

  /// A picture of a document, as PNG.
  func picture(_ document: String, width: Int, height: Int, _ scheme: Scheme) throws -> [UInt8] {
    let path = "\(place.path)/picture.png"
    let page = try write(frame(document, width: width, height: height))
    _ = try call(
      scheme.arguments + [
        "--screenshot=\(path)", "--window-size=\(max(width, 500)),\(height)", "--hide-scrollbars",
        page,
      ]
    )
    return try ReadableFile.contents(of: path)
  }

  /// Texts whose contrast to what is behind them is below that of WCAG 2, 1.4.3 (level AA).
  func faintTexts(_ document: String, _ scheme: Scheme) throws -> [String] {
    let script = """
      function parts(colour) { return colour.match(/[\\d.]+/g).map(Number) }
      function light(c) {
        const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      }
      function behind(node, view) {
        for (; node; node = node.parentElement) {
          const c = parts(view.getComputedStyle(node).backgroundColor);
          if (c.length < 4 || c[3] === 1) return c.slice(0, 3);
          if (c[3] > 0) throw "half transparent";
        }
        return [255, 255, 255];
      }
      function look(frame) {
        const doc = frame.contentDocument, view = frame.contentWindow, found = [];
        const walk = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
        let count = 0;
        while (walk.nextNode()) {
          const node = walk.currentNode.parentElement, text = walk.currentNode.data.trim();
          if (!text || node.closest("title") || node.closest(".unseen")) continue;
          count += 1;
          const style = view.getComputedStyle(node);
          const front = parts(node.closest("svg") ? style.fill : style.color).slice(0, 3);
          const [a, b] = [light(front), light(behind(node, view))].sort((x, y) => y - x);
          const size = parseFloat(style.fontSize), bold = style.fontWeight >= 700;
          const need = size >= 24 || bold && size >= 18.66 ? 3 : 4.5;
          if ((a + 0.05) / (b + 0.05) < need) found.push(text.slice(0, 40) + " " + front + " on " + behind(node, view));
        }
        document.title = "texts " + count + " " + JSON.stringify(found);
      }
      """
    let page = try write(frame(document, width: 1200, height: 800, script: script))
    let seen = try call(scheme.arguments + ["--dump-dom", page]).text
    let found = seen.firstMatch(of: /<title>texts (\d+) (.*?)<\/title>/)
    guard let found, let count = Int(found.output.1), count > 0 else {
      return ["the page was not looked at"]
    }
    let list = String(found.output.2).replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&amp;", with: "&")
    return try JSONDecoder().decode([String].self, from: Data(list.utf8))
  }
}
