internal import Migration
internal import Reports

extension Evidence {
  /// A finding at a statement about tables that were there; the figures are put behind the text.
  ///
  /// - Parameters:
  ///   - hazard: what it is.
  ///   - step: the statement.
  ///   - names: the tables, quoted; what else the finding is about goes into the text.
  ///   - text: the sentence without its end.
  ///   - isTimed: whether others wait for as long as the statement takes.
  /// - Returns: the finding, which nobody has accepted yet.
  func finding(
    _ hazard: Hazard,
    _ step: Step,
    tables names: [String],
    _ text: String,
    isTimed: Bool = false
  ) -> Finding {
    let known = names.compactMap { before.table(quoted: $0) }
    var figures = Finding.Figures()
    figures.bytes = known.reduce(0) { $0 + $1.bytes }
    figures.rows = known.reduce(0) { $0 + $1.rows }
    figures.walBytes = step.observation.walBytes
    figures.blockedSeconds = isTimed ? step.observation.seconds : 0
    var finding = Finding(
      hazard: hazard,
      version: version,
      place: step.place,
      object: names.first,
      text: text + (known.isEmpty && !isTimed ? "" : figures.words(isTimed: isTimed)),
      figures: figures
    )
    if isTimed {
      finding.estimate = step.observation.estimate
    }
    return finding
  }

  /// A finding about an object that is no table, or about the text alone.
  func finding(_ hazard: Hazard, _ step: Step, _ object: String?, _ text: String) -> Finding {
    Finding(hazard: hazard, version: version, place: step.place, object: object, text: text)
  }
}

extension Finding.Figures {
  /// ` (1,000,000 rows, 65.1 MiB; 1.20 s here, 80.3 MiB of log)`.
  fileprivate func words(isTimed: Bool) -> String {
    let size = "\(Quantity.count(rows, "row", "rows")), \(Quantity.bytes(bytes))"
    guard isTimed else { return " (\(size))" }
    let time = Quantity.duration(.seconds(blockedSeconds))
    return " (\(size); \(time) here, \(Quantity.bytes(walBytes)) of log)"
  }
}
