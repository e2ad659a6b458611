import Files
import Foundation
import Migration
import TestSupport
import Testing

@testable import Rehearsal

@Suite("The hazards' pages say what the catalogue says")
struct HazardPagesTests {
  /// A row of the tables in `docs/hazards.md`.
  private struct Row {
    var rule: String
    var ours: [String]
    var basis: String
    var how: String
  }

  private static let directory = SharedInputs.packageRoot + "/docs/hazards"

  private func text(_ path: String) throws -> String {
    String(decoding: try ReadableFile.contents(of: path), as: UTF8.self)
  }

  private func page() throws -> String { try text("\(Self.directory).md") }

  /// The rows of the mapping of one tool.
  private func rows(of tool: String) throws -> [Row] {
    let section = try #require(
      try page().components(separatedBy: "\n### ").first { $0.hasPrefix("\(tool)\n") }
    )
    return section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      return Row(
        rule: cells[1].replacing("`", with: ""),
        ours: cells[2].matches(of: /\[([a-z-]+)\]\(hazards\/([a-z-]+)\.md\)/)
          .flatMap { [String($0.output.1), String($0.output.2)] }
          + cells[2].matches(of: /refused: `([a-z-]+)`/).map { String($0.output.1) },
        basis: cells[3],
        how: cells[4]
      )
    }
  }

  @Test("Each hazard has a page with its parts, and each page has a hazard")
  func pages() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.directory)
    #expect(Set(files) == Set(Hazard.all.map { "\($0.id).md" }))
    for hazard in Hazard.all {
      #expect(hazard.page == "docs/hazards/\(hazard.id).md")
      let text = try text("\(Self.directory)/\(hazard.id).md")
      #expect(text.hasPrefix("# `\(hazard.id)`: \(hazard.title)\n"), "\(hazard.id)")
      let line = "\(hazard.severity.rawValue) · decided by: \(hazard.basis.rawValue) · verdict: "
      #expect(text.contains("\n\(line)"), "\(hazard.id)")
      for part in ["What blocks what", "Measured", "The safe way"] {
        #expect(text.contains("\n## \(part)\n"), "\(hazard.id): \(part)")
      }
      #expect(text.contains(/\d/) && text.components(separatedBy: "```sql").count == 3)
    }
  }

  @Test("Links of the pages lead somewhere")
  func links() throws {
    for hazard in Hazard.all {
      let text = try text("\(Self.directory)/\(hazard.id).md")
      for link in text.matches(of: /\]\(([a-z-]+)\.md\)/) {
        #expect(Hazard.named(String(link.output.1)) != nil, "\(hazard.id): \(link.output.1)")
      }
    }
  }

  @Test("The catalogue's table lists every hazard as it is")
  func catalogue() throws {
    let page = try page()
    let words: [Hazard.Stance: String] = [
      .told: "told", .failsAboveLimits: "fails above limits",
      .failsWithRows: "fails with rows", .fails: "fails",
    ]
    let lines = Hazard.all.map { hazard in
      "| [\(hazard.id)](hazards/\(hazard.id).md) | \(hazard.severity.rawValue)"
        + " | \(hazard.basis.rawValue) | \(words[hazard.stance] ?? "") | \(hazard.title) |"
    }
    #expect(page.contains(lines.joined(separator: "\n") + "\n\n"))
  }

  @Test("Every rule of the other tools is mapped to hazards that there are", arguments: rules.keys)
  func mapping(tool: String) throws {
    let rules = (Self.rules[tool] ?? "").split { $0.isWhitespace }.map {
      String($0).replacing("~", with: " ")
    }
    let rows = try rows(of: tool)
    #expect(rows.map(\.rule) == rules)
    for row in rows {
      for id in row.ours {
        #expect(Hazard.named(id) != nil || ForbiddenAct(rawValue: id) != nil, "\(row.rule): \(id)")
      }
      let isOurs = Hazard.Basis(rawValue: row.basis) != nil
      #expect(isOurs || ["runner", "not applicable"].contains(row.basis), "\(row.rule)")
      // Where nothing is found, a reason must stand.
      #expect(!row.ours.isEmpty || !row.how.isEmpty, "\(row.rule)")
      #expect(isOurs || !row.how.isEmpty, "\(row.rule)")
    }
  }

  /// The rules of each tool in the order of the table; `~` stands for a blank.
  static let rules = [
    "squawk": """
    require-concurrent-index-creation require-concurrent-index-deletion
    constraint-missing-not-valid adding-field-with-default adding-foreign-key-constraint
    changing-column-type adding-not-nullable-field adding-serial-primary-key-field
    renaming-column renaming-table disallowed-unique-constraint ban-drop-database
    prefer-bigint-over-int prefer-bigint-over-smallint prefer-identity prefer-repack
    prefer-robust-stmts prefer-text-field prefer-timestamp-tz ban-char-field ban-drop-column
    ban-drop-table ban-drop-not-null transaction-nesting adding-required-field
    ban-concurrent-index-creation-in-transaction unused-ignore
    ban-create-domain-with-constraint ban-alter-domain-with-add-constraint
    ban-truncate-cascade require-timeout-settings ban-uncommitted-transaction
    require-enum-value-ordering require-table-schema identifier-too-long
    require-concurrent-partition-detach require-concurrent-reindex require-lock-timeout
    require-statement-timeout ban-duplicate-column-assignments ban-drop-view
    ban-drop-function ban-drop-type ban-drop-default ban-drop-trigger ban-drop-schema
    ban-drop-sequence ban-drop-domain ban-drop-constraint ban-drop-generated-expression
    renaming-object ban-set-schema ban-alter-identity ban-alter-generated-expression
    ban-drop-index ban-set-default ban-disable-trigger ban-replica-identity ban-drop-policy
    ban-revoke ban-replace-view-function ban-drop-extension ban-create-policy
    ban-alter-policy-condition ban-alter-policy-roles ban-alter-function-options
    ban-alter-view-options ban-alter-role-options ban-alter-database-options
    ban-alter-row-level-security ban-new-write-restriction ban-add-enum-value
    ban-add-composite-attribute ban-detach-inheritance ban-alter-sequence-values
    """,
    "eugene": """
    E1 E2 E3 E4 E5 E6 E7 E8 E9 E10 E11 W12 W13 W14 E15
    """,
    "strong_migrations": """
    remove_column change_column change_column_with_not_null change_column_constraint
    rename_column rename_table rename_schema create_table~(force) add_column_default
    add_column_default_callable add_column_json add_column_generated_stored
    add_column_auto_incrementing add_reference add_index remove_index add_index_columns
    add_index_corruption change_table execute change_column_default change_column_null
    change_column_null_postgresql change_column_null_mysql add_foreign_key
    validate_foreign_key add_check_constraint add_check_constraint_mysql
    validate_check_constraint add_exclusion_constraint add_unique_constraint
    backfilling~data lock~timeouts
    """,
    "Atlas": """
    DS101 DS102 DS103 MF101 MF102 MF103 MF104 CD101 CD102 CD103 BC101 BC102 NM101 NM102
    NM103 NM104 NM105 NM106 PG101 PG102 PG103 PG104 PG105 PG108 PG109 PG110 AR101 PG301
    PG302 PG303 PG304 PG305 PG306 PG307 PG308 PG309 PG310 PG311 PG312 PG314 PG320 TX101
    TX201 LT101 MY101~and~the~other~MY SA101 OW101 OW102
    """,
  ]
}
