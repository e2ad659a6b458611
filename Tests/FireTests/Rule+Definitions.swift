@testable import Backup

extension Rule {
  /// What changes the text of rows without touching a page.
  static let definitionRules = [
    Rule("A column that is dropped and added again", without: [.columns]) { scene in
      try scene.makeTable(columns: ", a int DEFAULT 1")
      try await scene.snapshot()
      try scene.sql("ALTER TABLE t DROP a", "ALTER TABLE t ADD a int DEFAULT 7")
    },
    Rule("A label that is renamed, seen through an array", without: [.types]) { scene in
      try scene.sql("CREATE TYPE mood AS ENUM ('calm', 'glad')")
      try scene.makeTable(columns: ", moods mood[] DEFAULT '{calm,glad}'")
      try await scene.snapshot()
      try scene.sql("ALTER TYPE mood RENAME VALUE 'calm' TO 'quiet'")
    },
    Rule("An attribute that a composite gains", without: [.types]) { scene in
      try scene.sql("CREATE TYPE place AS (street text, number int)")
      try scene.makeTable(columns: ", place place DEFAULT '(road,1)'")
      try await scene.snapshot()
      try scene.sql("ALTER TYPE place ADD ATTRIBUTE town text")
    },
    Rule("A column that another table's row type gains", without: [.types]) { scene in
      try scene.sql("CREATE TABLE form (street text)")
      try scene.makeTable(columns: ", form form DEFAULT '(road)'")
      try await scene.snapshot()
      try scene.sql("ALTER TABLE form ADD town text")
    },
  ]
}
