internal import FoundationEssentials
internal import Monitoring
internal import Reports
internal import Verification

/// The page of one database: what it can be restored from, and how that came about.
struct DashboardDatabase {
  /// Rows of a table at most; the plots and the calendar show what was before.
  private static let limit = 30
  /// Months of the calendar at most.
  private static let months = 6

  private let database: DatabaseHealth
  private let dashboard: Dashboard

  init(_ database: DatabaseHealth, in dashboard: Dashboard) {
    self.database = database
    self.dashboard = dashboard
  }

  private var facts: DatabaseFacts { database.facts }

  /// The page.
  var page: SitePage {
    get throws {
      SitePage(
        title: database.label,
        links: try dashboard.links(current: try Dashboard.file(of: database)),
        body: [hero, Dashboard.values(summary)]
          + Dashboard.section("Day by day", calendar.map { [$0.html] } ?? [])
          + Dashboard.section("Over time", plots)
          + Dashboard.section("Restores that proved a snapshot", restores)
          + Dashboard.section("Newest snapshots", snapshots)
          + Dashboard.section("Rehearsals", dashboard.rehearsalTable(of: database)),
        footer: dashboard.footer
      )
    }
  }

  private var hero: HTML {
    let newest =
      database.newest.map { "The newest snapshot is from \(dashboard.ago($0.taken))." }
      ?? "There is no snapshot."
    return Dashboard.hero(
      database.state,
      verdict,
      verdict == promise ? newest : "\(promise) \(newest)",
      database.findings
    )
  }

  private var promise: String { database.promise(in: dashboard) }

  /// A promise stands in large letters only where nothing is wrong with it.
  private var verdict: String {
    switch database.state {
    case .critical: "This database is not safe."
    case .warning, .unknown: "This database is backed up, but somebody should look at it."
    case .good where facts.lastRestore == nil && database.limits != nil:
      "This database is \(database.goodness)."
    case .good: promise
    }
  }

  private var summary: [(String, String)] {
    var fields: [(String, String)] = []
    if let newest = database.newest {
      fields.append(("newest snapshot", "\(newest.name.shortID), \(newest.taken.dashboardText)"))
      fields.append(
        ("holds", "\(Quantity.count(newest.rows, "row", "rows")), \(Quantity.bytes(newest.bytes))")
      )
      fields.append(("took", Dashboard.length(newest.seconds)))
    }
    if let proof = facts.bestProof(at: dashboard.health.time) {
      let time = Date(timeIntervalSince1970: Double(proof.proven))
      fields.append(
        (
          "best proof",
          "level \(proof.level.rawValue), \(dashboard.ago(time)): \(proof.level.meaning)"
        )
      )
    }
    if let first = facts.snapshots.first {
      fields.append(
        (
          "snapshots",
          "\(Quantity.count(facts.snapshots.count)), the first of \(CalendarDay(of: first.taken).text)"
        )
      )
    }
    let whole = facts.snapshots.map(\.bytes).reduce(0, +)
    let stored = facts.snapshots.map(\.bytesStored).reduce(0, +)
    if stored > 0 && whole > stored {
      fields.append(
        (
          "stored once",
          "\(Quantity.bytes(whole)) in all snapshots, stored in \(Quantity.bytes(stored)): "
            + "\(Quantity.decimal(Double(whole) / Double(stored), places: 1)) to 1"
        )
      )
    }
    return fields
  }

  /// The last months, as far as there is anything.
  private var calendar: DayCalendar? {
    guard let first = facts.snapshots.first else { return nil }
    let today = CalendarDay(of: dashboard.health.time)
    let start = CalendarDay(of: first.taken)
    var months = [today.firstOfMonth]
    while months.count < Self.months, let oldest = months.first, oldest.number > start.number {
      months.insert(CalendarDay(oldest.number - 1).firstOfMonth, at: 0)
    }
    let days = facts.days
    return DayCalendar(
      months: months.map { month in
        DayCalendar.Month(
          title: month.monthText,
          offset: month.weekday,
          days: (month.number..<month.nextMonth.number).map {
            day($0, days[$0], in: start.number..<max(start.number, today.number))
          }
        )
      },
      legend: [
        .init(.best, "restored to prove it"), .init(.good, "every row read and proven"),
        .init(.present, "snapshot"), .init(.missing, "no snapshot"),
      ]
    )
  }

  private func day(_ number: Int, _ facts: DayFacts?, in range: Range<Int>) -> DayCalendar.Day {
    guard let facts else {
      // Where nobody wants one each day, a day without one is nothing special.
      let isDaily = (database.limits?.maxAge ?? .infinity) <= 36 * 3600
      return range.contains(number) && isDaily
        ? .init(.missing, "no snapshot") : .init(.plain)
    }
    let count = Quantity.count(facts.snapshots, "snapshot", "snapshots")
    guard let level = facts.proven else { return .init(.present, count) }
    switch level {
    case .restore: return .init(.best, "\(count), restored to prove it")
    case .content: return .init(.good, "\(count), every row read and proven")
    case .presence, .packs: return .init(.present, "\(count), proven to level \(level.rawValue)")
    }
  }

  private var plots: [HTML] {
    let all = facts.snapshots
    guard all.count > 1 else { return [] }
    let now = dashboard.health.time
    let size = DashboardPlot(
      "Rows in each snapshot",
      .line,
      all.map { ($0.taken, Double($0.bytes)) },
      now: now
    ) {
      Quantity.bytes(Int($0))
    }
    let stored = DashboardPlot(
      "Added to the repository by each snapshot",
      .bars,
      all.map { ($0.taken, Double($0.bytesStored)) },
      now: now
    ) { Quantity.bytes(Int($0)) }
    let duration = DashboardPlot(
      "How long each backup took",
      .line,
      all.filter { !$0.isImported }.map { ($0.taken, $0.seconds) },
      now: now
    ) { Dashboard.length($0) }
    let measured = restoreProofs.reversed().map {
      (Date(timeIntervalSince1970: Double($0.proof.proven)), $0.seconds)
    }
    let restores = DashboardPlot(
      "How long a restore took",
      .dots,
      Array(measured),
      now: now
    ) { Dashboard.length($0) }
    let drawn =
      [size.bytes, stored.bytes, duration.seconds] + (measured.isEmpty ? [] : [restores.seconds])
    return [.element("div", ["class": "plots"], drawn.map(\.html))]
  }

  /// Restores that were done to prove a snapshot, the newest first.
  private var restoreProofs: [(proof: Proof, snapshot: SnapshotFacts, seconds: Double)] {
    facts.snapshots.flatMap { snapshot in
      snapshot.proofs.compactMap { proof in
        proof.restoreSeconds.map { (proof: proof, snapshot: snapshot, seconds: $0) }
      }
    }.sorted { $0.proof.proven > $1.proof.proven }
  }

  private var restores: [HTML] {
    let all = restoreProofs
    guard !all.isEmpty else { return [] }
    var table = Table([
      .text("proven"), .number("took"), .number("rows"), .text("snapshot"), .text("its data of"),
    ])
    for item in all.prefix(10) {
      table.add(
        Date(timeIntervalSince1970: Double(item.proof.proven)).dashboardText,
        Dashboard.length(item.seconds),
        Quantity.count(item.snapshot.rows),
        item.snapshot.name.shortID,
        item.snapshot.taken.dashboardText
      )
    }
    return [table.html]
  }

  private var snapshots: [HTML] {
    guard !facts.snapshots.isEmpty else { return [] }
    var table = Table([
      .text("snapshot"), .text("its data of"), .number("rows"), .number("read"),
      .number("stored"), .number("took"), .text("proven"),
    ])
    for item in facts.snapshots.suffix(Self.limit).reversed() {
      table.add(
        item.name.shortID + (item.isPartial ? " (partial)" : "")
          + (item.isImported ? " (imported)" : ""),
        item.taken.dashboardText,
        Quantity.count(item.rows),
        Quantity.bytes(item.bytesRead),
        Quantity.bytes(item.bytesStored),
        Dashboard.length(item.seconds),
        item.failure?.brief(now: dashboard.health.time)
          ?? item.bestProof?.brief(now: dashboard.health.time) ?? ""
      )
    }
    let rest = facts.snapshots.count - table.rows.count
    let note =
      rest > 0
      ? [
        HTML.element(
          "p",
          ["class": "note"],
          [.text("\(Quantity.count(rest)) older ones are not listed.")]
        )
      ] : []
    return [table.html] + note
  }
}
