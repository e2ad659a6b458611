/// A key of the configuration's `keep`.
enum KeepKey: String, CaseIterable {
  case last
  case hourly
  case daily
  case weekly
  case monthly
  case yearly
  case tags
  case minimum
}
