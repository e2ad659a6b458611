/// One page of a site of several: where it belongs, what it shows, when it was made.
///
/// As self-contained as every ``HTMLPage``: each page carries its style, so a page that is mailed or
/// kept is whole.
public struct SitePage: Sendable, Equatable {
  /// A link to another page of the site.
  public struct Link: Sendable, Equatable {
    /// What it is called.
    public var title: String
    /// The other page's file.
    public var file: String
    /// Whether it is this page.
    public var isCurrent: Bool

    /// Makes a link.
    public init(_ title: String, _ file: String, isCurrent: Bool = false) {
      self.title = title
      self.file = file
      self.isCurrent = isCurrent
    }
  }

  /// The title, also of the tab.
  public var title: String
  /// What stands above the title.
  public var links: [Link]
  /// What it shows.
  public var body: [HTML]
  /// What stands below everything.
  public var footer: String

  /// Makes a page.
  public init(title: String, links: [Link], body: [HTML], footer: String) {
    self.title = title
    self.links = links
    self.body = body
    self.footer = footer
  }

  /// The whole document.
  public var document: String {
    let items = links.map { link -> HTML in
      var attributes = ["href": link.file]
      if link.isCurrent { attributes["aria-current"] = "page" }
      return .element("li", [.element("a", attributes, [.text(link.title)])])
    }
    var page = HTMLPage(
      title: title,
      body: [.element("h1", [.text(title)])] + body
    )
    page.style = Self.style
    page.header = [
      .element("nav", ["aria-label": "Pages"], [.element("ul", items)])
    ]
    page.footer = [.element("p", [.text(footer)])]
    return page.document
  }

  private static let style = """
    :root { --ink: #1f2328; --paper: #ffffff; --muted: #59636e; --accent: #0b5cad; --area: #cfe3f8; --present: #d7e8fb; --present-ink: #0a3069; --proven: #b7e4c5; --proven-ink: #0b3d1c; --best: #116329; --best-ink: #ffffff; --missing: #ffe3e0; --missing-ink: #82071e; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --muted: #9aa5b1; --accent: #6cb6ff; --area: #16304d; --present: #1c3a5e; --present-ink: #d3e6ff; --proven: #17502b; --proven-ink: #d6f5df; --best: #3fb950; --best-ink: #04260d; --missing: #56181c; --missing-ink: #ffd7d5; } }
    body { color: var(--ink); background: var(--paper); }
    a { color: var(--accent); }
    a:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
    header, footer { max-width: 64rem; margin: 0 auto; padding: .5rem 1rem; }
    footer { color: var(--muted); font-size: .9em; border-top: 1px solid var(--line); margin-top: 1rem; }
    nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1rem; list-style: none; margin: 0; padding: 0; }
    nav li { min-width: 0; }
    nav a { display: block; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .card h2 a { overflow-wrap: anywhere; }
    nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
    h1 { margin: .4rem 0 .8rem; }
    h2 { margin: 2rem 0 .6rem; }
    .hero { border-left: .5rem solid currentColor; background: var(--soft); border-radius: 6px; padding: .8rem 1.1rem; margin: 0 0 1rem; }
    .hero p { margin: .2rem 0; color: var(--ink); }
    .hero .verdict { font-size: 1.35rem; font-weight: 650; line-height: 1.3; color: inherit; }
    .hero .findings { color: var(--ink); list-style: none; margin: .6rem 0 0; padding: 0; }
    .state { font-weight: 650; white-space: nowrap; }
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: 1rem; }
    .card { border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; min-width: 0; }
    .card h2 { margin: 0 0 .2rem; font-size: 1.15rem; }
    .card p { margin: .3rem 0; }
    .card .big { font-size: 1.05rem; }
    dl { grid-template-columns: fit-content(38%) minmax(0, 1fr); margin: 0 0 1rem; align-content: start; }
    .card dl { margin: .5rem 0 0; }
    dt { color: var(--muted); font-weight: 400; }
    .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem; }
    .plot { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: .7rem .8rem; min-width: 0; }
    .plot figcaption { font-weight: 600; }
    .plot svg { display: block; width: 100%; height: auto; }
    .plot text { fill: var(--muted); font-size: 13px; }
    @media (max-width: 36rem) { .plot text { font-size: 16px; } .wide { font-size: .9em; } .wide td { white-space: nowrap; } }
    .plot .row { text-anchor: end; }
    .plot .column { text-anchor: middle; }
    .plot .grid { stroke: var(--line); stroke-width: 1; }
    .plot .area { fill: var(--area); }
    .plot .line { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
    .plot .dot, .plot .bar { position: static; fill: var(--accent); opacity: 1; }
    .plot .words { margin: .3rem 0 0; color: var(--muted); font-size: .88em; }
    .legend { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; list-style: none; padding: 0; margin: .3rem 0 .8rem; font-size: .92em; }
    .sign { display: inline-block; width: 1.5em; margin-right: .4em; text-align: center; border-radius: 4px; font-weight: 700; }
    .months { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: 1.2rem; }
    .month { table-layout: fixed; border-spacing: 3px; border-collapse: separate; font-size: .85em; align-self: start; }
    .month caption { font-weight: 600; text-align: left; padding: 0 .2rem .3rem; font-size: 1.1em; }
    .month th { border: 0; padding: 0; text-align: center; color: var(--muted); font-weight: 400; }
    .month abbr { text-decoration: none; }
    .month td { border: 0; padding: .1rem 0 .15rem; text-align: center; border-radius: 5px; line-height: 1.25; }
    .day .number { display: block; text-align: center; font-size: .85em; }
    .day .mark { display: block; font-weight: 700; font-size: 1.05em; min-height: 1.2em; }
    .day.plain { color: var(--muted); }
    .present { background: var(--present); color: var(--present-ink); }
    .day.good, .sign.good { background: var(--proven); color: var(--proven-ink); }
    .best { background: var(--best); color: var(--best-ink); }
    .missing { background: var(--missing); color: var(--missing-ink); outline: 1px dashed currentColor; outline-offset: -1px; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .findings li { margin: .2rem 0; }
    .note { color: var(--muted); }
    """
}
