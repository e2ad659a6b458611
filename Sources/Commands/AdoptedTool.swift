public import Arguments
internal import Migration

/// A tool whose ledger can be taken over.
public enum AdoptedTool: String, ArgumentValue, CaseIterable, Sendable {
  /// Flyway.
  case flyway
  /// golang-migrate.
  case golangMigrate = "golang-migrate"
  /// dbmate.
  case dbmate
  /// goose.
  case goose
  /// Sqitch.
  case sqitch
  /// Diesel.
  case diesel

  /// How the tool lays out its files.
  var layout: PatchLayout {
    switch self {
    case .flyway: .flyway
    case .golangMigrate: .golangMigrate
    case .dbmate: .dbmate
    case .goose: .goose
    case .sqitch: .sqitch
    case .diesel: .diesel
    }
  }
}
