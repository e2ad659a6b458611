import Foundation
import Testing

@testable import Commands

@Suite("docs/configuration.md names every key and variable")
struct ConfigurationReferenceTests {
  /// The cells of the tables' rows.
  private static func rows() throws -> [[String]] {
    let root = URL(filePath: #filePath).appending(path: "../../../docs/configuration.md")
    return try String(contentsOf: root.standardized, encoding: .utf8)
      .split(separator: "\n").filter { $0.hasPrefix("| ") }
      .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
  }

  @Test("Every key stands in one row, with who is believed", arguments: SettingsKey.allCases)
  func keys(key: SettingsKey) throws {
    let rows = try Self.rows().filter { $0[0] == "`\(key.rawValue)`" }
    #expect(rows.count == 1)
    let trust = try #require(rows.first?.last)
    // Of the other two it depends on the value.
    guard key != .repository && key != .database else { return #expect(trust.hasPrefix("only ")) }
    #expect(trust == (key.needsTrust(Settings()) ? "no" : "yes"))
  }

  @Test("Every variable is named", arguments: EnvironmentSettings.known.map(\.name))
  func variables(name: String) throws {
    #expect(try Self.rows().contains { $0[0].contains("`\(name)`") })
  }

  @Test("No row is about a key that does not exist")
  func noOthers() throws {
    let known = Set(SettingsKey.allCases.map { "`\($0.rawValue)`" })
    let rows = try Self.rows().filter { $0.count == 3 && $0[0] != "key" }
    #expect(rows.count == known.count)
    #expect(rows.allSatisfy { known.contains($0[0]) })
  }
}
