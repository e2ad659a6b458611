internal import FoundationEssentials
internal import Monitoring
internal import Reports
internal import Verification

/// The first page: whether all is well, then each database on a card.
struct DashboardIndex {
  private let dashboard: Dashboard
  private let files: [String]

  init(_ dashboard: Dashboard) throws {
    self.dashboard = dashboard
    files = try dashboard.health.databases.map { try Dashboard.file(of: $0) }
  }

  private var health: Health { dashboard.health }

  /// The page.
  var page: SitePage {
    get throws {
      SitePage(
        title: "Backups",
        links: try dashboard.links(current: Dashboard.entry),
        body: [hero]
          + Dashboard.section("Databases", cards)
          + Dashboard.section("The repository", storage)
          + Dashboard.section("Rehearsals", dashboard.rehearsalTable(of: nil)),
        footer: dashboard.footer
      )
    }
  }

  private var hero: HTML {
    Dashboard.hero(
      health.state,
      verdict,
      "As of \(health.time.dashboardText).",
      health.findings.filter { $0.state != .good }
    )
  }

  /// One sentence for the boss.
  private var verdict: String {
    let all = health.databases.filter { $0.limits != nil }
    let bad = all.filter { $0.state == .critical }
    let odd = all.filter { [.warning, .unknown].contains($0.state) }
    if all.isEmpty { return "Nothing is backed up here." }
    if !bad.isEmpty {
      return "\(bad.count) of \(Quantity.count(all.count, "database", "databases")) "
        + "\(bad.count == 1 ? "is" : "are") not safe: \(Self.names(bad))."
    }
    if !odd.isEmpty {
      return "All databases are backed up; look at \(Self.names(odd))."
    }
    if health.state != .good { return "All databases are backed up; look at the repository." }
    return all.count == 1
      ? "\(all[0].label) is backed up." : "All \(all.count) databases are backed up."
  }

  private static func names(_ databases: [DatabaseHealth]) -> String {
    let names = databases.prefix(3).map(\.label).joined(separator: ", ")
    return databases.count > 3 ? "\(names) and \(databases.count - 3) more" : names
  }

  /// Those first that need somebody.
  private var cards: [HTML] {
    let order = health.databases.indices.sorted {
      (health.databases[$1].state, $0) < (health.databases[$0].state, $1)
    }
    guard !order.isEmpty else { return [] }
    return [
      .element("div", ["class": "cards"], order.map { card(health.databases[$0], files[$0]) })
    ]
  }

  private func card(_ database: DatabaseHealth, _ file: String) -> HTML {
    let findings = database.findings.map { judged in
      HTML.element("p", [Dashboard.badge(judged.state), .text(" \(judged.finding.text)")])
    }
    return .element(
      "article",
      ["class": "card"],
      [
        .element("h2", [.element("a", ["href": file], [.text(database.label)])]),
        findings.isEmpty
          ? .element("p", [Dashboard.badge(.good), .text(" \(database.goodness)")])
          : .element("div", findings),
        .element("p", ["class": "big"], [.text(database.promise(in: dashboard))]),
        Dashboard.values(
          [
            ("newest", database.newest.map { dashboard.ago($0.taken) } ?? "none"),
            ("size", database.newest.map { Quantity.bytes($0.bytes) } ?? "not known"),
            ("snapshots", Quantity.count(database.facts.snapshots.count)),
          ]
        ),
      ]
    )
  }

  private var storage: [HTML] {
    guard let storage = health.storage else { return [] }
    var fields = [("takes", Quantity.bytes(storage.bytes))]
    if let growth = storage.growth {
      let word = growth.bytesPerSecond < 0 ? "shrinks by" : "grows by"
      fields.append(
        (word, "\(Quantity.bytes(abs(growth.bytesPerMonth))) a month")
      )
    }
    if let cost = budget.monthlyCost(of: storage.bytes) {
      fields.append(("costs", "\(Quantity.decimal(cost, places: 2)) a month"))
    }
    if let disk = storage.disk {
      fields.append(
        ("disk", "\(Quantity.bytes(disk.free)) free of \(Quantity.bytes(disk.size))")
      )
    }
    let uses = budget.uses(of: storage, now: health.time).filter { $0.kind != .disk }
    fields += uses.map { ("budget", $0.text) }
    return [.element("div", ["class": "plots"], [Dashboard.values(fields)] + sizes)]
  }

  private var budget: Budget { dashboard.budget }

  private var sizes: [HTML] {
    let points = dashboard.samples.map { ($0.time, Double($0.bytes)) }
    guard points.count > 1 else { return [] }
    let plot = DashboardPlot(
      "Size of the repository",
      .line,
      points,
      now: health.time
    ) { Quantity.bytes(Int($0)) }
    return [plot.bytes.html]
  }
}

extension DatabaseHealth {
  /// What is true of a database of which nothing is to be said.
  var goodness: String { proof == nil ? "backed up" : "backed up and proven" }

  /// What can be promised of a restore, from the last one that proved a snapshot.
  func promise(in dashboard: Dashboard) -> String {
    guard let restore = facts.lastRestore else {
      return facts.snapshots.isEmpty ? "Nothing can be restored." : "No restore was measured yet."
    }
    let day = CalendarDay(of: Date(timeIntervalSince1970: Double(restore.proof.proven)))
    return "Restores in \(Dashboard.length(restore.seconds)), proven on \(day.text)."
  }
}
