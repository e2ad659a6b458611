/// One self-contained page: no scripts, no requests, readable on a phone, light and dark.
///
/// The content security policy forbids everything but the page's own style, so that even a mistake
/// in escaping could not run anything.
public struct HTMLPage: Sendable, Equatable {
  /// The title, shown in the browser's tab.
  public var title: String
  /// What the page shows.
  public var body: [HTML]
  /// What stands above it.
  var header: [HTML] = []
  /// What stands below it.
  var footer: [HTML] = []
  /// Rules of style beyond those of every page.
  var style = ""

  /// Makes a page.
  public init(title: String, body: [HTML]) {
    self.title = title
    self.body = body
  }

  /// The whole document.
  public var document: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="referrer" content="no-referrer">
    <title>\(HTML.escape(Printable.line(title)))</title>
    <style>
    \(Self.style)\(style.isEmpty ? "" : "\n" + style)
    </style>
    </head>
    <body>
    \(Self.landmark("header", header))<main>
    \(body.map(\.markup).joined(separator: "\n"))
    </main>
    \(Self.landmark("footer", footer))</body>
    </html>

    """
  }

  private static func landmark(_ name: String, _ content: [HTML]) -> String {
    content.isEmpty ? "" : HTML.element(name, content).markup + "\n"
  }

  private static let style = """
    :root { color-scheme: light dark; --line: #d0d7de; --soft: #f6f8fa; --good: #116329; --warning: #7d4e00; --bad: #a40e26; }
    @media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #151b23; --good: #3fb950; --warning: #d29922; --bad: #f85149; } }
    body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 64rem; margin: 0 auto; padding: 1rem; }
    h1, h2, h3 { line-height: 1.25; }
    h1, h2, h3, p, li, dt, dd { overflow-wrap: anywhere; }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
    .number { text-align: right; white-space: nowrap; }
    pre { overflow-x: auto; padding: .6rem; background: var(--soft); border-radius: 6px; font-size: .9em; }
    dl { display: grid; grid-template-columns: fit-content(40%) minmax(0, 1fr); gap: .2rem 1rem; }
    dt { font-weight: 600; }
    dd { margin: 0; }
    .timeline { display: grid; grid-template-columns: minmax(6rem, 14rem) minmax(0, 1fr); gap: .15rem .6rem; margin: 0 0 1rem; font-size: .9em; }
    .timeline .label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .lane { position: relative; overflow: hidden; min-height: 1.3em; background: var(--soft); border-radius: 4px; }
    .bar { position: absolute; top: .15em; bottom: .15em; min-width: 3px; border-radius: 3px; background: currentColor; opacity: .75; }
    .time { position: relative; padding-left: .4rem; white-space: nowrap; }
    .good { color: var(--good); } .warning { color: var(--warning); } .bad { color: var(--bad); }
    @media (max-width: 36rem) { dl, .timeline { grid-template-columns: minmax(0, 1fr); } }
    """
}
