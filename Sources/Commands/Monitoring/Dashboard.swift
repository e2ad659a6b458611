internal import Bytes
internal import Cryptography
internal import FoundationEssentials
internal import Monitoring
internal import Rehearsal
internal import Reports
internal import Verification

/// A static site that shows how a repository stands: an index, and a page for each database.
struct Dashboard {
  /// Rehearsals as their receipts tell them.
  enum Rehearsals {
    /// The newest first.
    case known([ReceiptEntry])
    /// Why nothing is known.
    case unknown(String)
  }

  /// How everything stands.
  let health: Health
  /// What was rehearsed.
  let rehearsals: Rehearsals
  /// Sizes that this machine has measured, oldest first.
  let samples: [SizeSample]
  /// What the repository may take and cost.
  let budget: Budget

  /// The file that leads to all others.
  static let entry = "index.html"

  /// All pages by their file.
  func pages() throws -> [String: [UInt8]] {
    var pages = [Self.entry: try DashboardIndex(self).page]
    for database in health.databases {
      let page = try DashboardDatabase(database, in: self).page
      pages[try Self.file(of: database)] = page
    }
    return pages.mapValues { Array($0.document.utf8) }
  }

  /// The file of a database's page.
  ///
  /// What a name holds may be no name of a file, so only its letters are kept for people; the rest
  /// is told apart by a hash.
  static func file(of database: DatabaseHealth) throws -> String {
    let letters = database.facts.name.lowercased().unicodeScalars.filter {
      ("a"..."z").contains($0) || ("0"..."9").contains($0)
    }.prefix(40)
    let hash = try SHA256.hash(Array(database.facts.fullName.utf8)).prefix(4)
    return "db-\(String(String.UnicodeScalarView(letters)))-\(Hex.text(hash)).html"
  }

  /// Links to all pages; beyond a dozen databases to the index alone.
  func links(current: String) throws -> [SitePage.Link] {
    let databases = health.databases.count > 12 ? [] : health.databases
    return [SitePage.Link("All databases", Self.entry, isCurrent: current == Self.entry)]
      + (try databases.map {
        let file = try Self.file(of: $0)
        return SitePage.Link($0.label, file, isCurrent: file == current)
      })
  }

  /// What stands below each page.
  var footer: String {
    "As of \(health.time.dashboardText). This page does not change by itself: if that is long ago, "
      + "nobody has looked since. Made by drydock \(ToolVersion.number) from \(health.location)."
  }

  /// How long ago something was, at the time of the page: `6 h 00 min ago`.
  func ago(_ time: Date) -> String {
    let seconds = health.time.timeIntervalSince(time)
    return seconds < 60 ? "just now" : "\(Self.length(seconds)) ago"
  }

  /// A length of time for people.
  static func length(_ seconds: Double) -> String {
    Quantity.duration(.seconds(seconds < 60 ? seconds : seconds.rounded()))
  }

  /// What a page says first: a sentence in large letters, and what there is to say of it.
  static func hero(
    _ state: HealthState,
    _ verdict: String,
    _ words: String,
    _ findings: [JudgedFinding]
  ) -> HTML {
    let sign = HTML.element("span", ["aria-hidden": "true"], [.text("\(state.sign) ")])
    let sentences: [HTML] = [
      .element("p", ["class": "verdict"], [sign, .text(verdict)]), .element("p", [.text(words)]),
    ]
    return .element("div", ["class": "hero \(state.look)"], sentences + list(findings))
  }

  /// A part of a page under its heading; nothing where it is empty.
  static func section(_ title: String, _ content: [HTML]) -> [HTML] {
    guard !content.isEmpty else { return [] }
    let id = title.lowercased().replacing(" ", with: "-")
    let heading = HTML.element("h2", ["id": id], [.text(title)])
    return [.element("section", ["aria-labelledby": id], [heading] + content)]
  }

  /// A state with its sign, so that nobody has to tell colours apart.
  static func badge(_ state: HealthState) -> HTML {
    .element(
      "span",
      ["class": "state \(state.look)"],
      [
        .element("span", ["aria-hidden": "true"], [.text("\(state.sign) ")]),
        .text(state.word),
      ]
    )
  }

  /// What there is to say of something, as a list; nothing where there is nothing.
  static func list(_ findings: [JudgedFinding]) -> [HTML] {
    guard !findings.isEmpty else { return [] }
    return [
      .element(
        "ul",
        ["class": "findings"],
        findings.map { judged in
          .element(
            "li",
            [
              badge(judged.state), .text(" \(judged.finding.text)."),
              .text(judged.finding.advice.map { " \($0)" } ?? ""),
            ]
          )
        }
      )
    ]
  }

  /// Names and values.
  static func values(_ fields: [(String, String)]) -> HTML {
    .element(
      "dl",
      fields.flatMap { name, value in
        [HTML.element("dt", [.text(name)]), .element("dd", [.text(value)])]
      }
    )
  }

  /// The rehearsals of a database, or of all, as a table.
  func rehearsalTable(of database: DatabaseHealth?) -> [HTML] {
    let note = HTML.element(
      "p",
      ["class": "note"],
      [
        .text(
          "A rehearsal that ends in \"yes\" leaves a receipt, and only those are listed; one that ends "
            + "in \"no\" leaves a report where it ran."
        )
      ]
    )
    switch rehearsals {
    case .unknown(let reason):
      return [.element("p", ["class": "note"], [.text("Rehearsals are not known: \(reason).")])]
    case .known(let all):
      let shown = all.filter { database == nil || $0.isOf(database?.facts) }.prefix(20)
      guard !shown.isEmpty else {
        return [.element("p", [.text("There is no receipt of a rehearsal.")]), note]
      }
      var table = Table([
        .text("rehearsed"), .text("database"), .flexible("patches"), .text("verdict"),
        .text("receipt"),
      ])
      for entry in shown {
        table.add(
          Date(timeIntervalSince1970: Double(entry.receipt.created)).dashboardText,
          entry.place,
          (entry.receipt.direction == .down ? "undo: " : "") + entry.patches,
          "yes",
          "\(entry.receipt.id), \(entry.state.rawValue)"
        )
      }
      return [table.html, note]
    }
  }
}

extension ReceiptEntry {
  /// Whether it is about a database.
  fileprivate func isOf(_ facts: DatabaseFacts?) -> Bool {
    receipt.target.database == facts?.name
      && receipt.target.systemIdentifier == facts?.systemIdentifier
  }
}

extension HealthState {
  /// A sign that differs in its form.
  var sign: String {
    switch self {
    case .good: "●"
    case .unknown: "?"
    case .warning: "▲"
    case .critical: "■"
    }
  }

  /// The class of its colour.
  var look: String {
    switch self {
    case .good: "good"
    case .unknown, .warning: "warning"
    case .critical: "bad"
    }
  }
}
