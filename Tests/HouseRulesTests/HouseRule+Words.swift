extension HouseRule {
  static let words = [
    storageKnowsNoServer, toolsKnowNoDomain, nothingIsPostponed, nothingIsForced,
    noTestIsDisabled, noPathOfOneMachine,
  ]

  private static let storageKnowsNoServer = HouseRule(
    name: "Repository and what is below it never mention PostgreSQL",
    sample: [
      "Sources/Repository/Pack.swift": "struct Pack {}\n// as pg_dump does\n",
      "Sources/Files/Files.docc/Files.md": "Postgres\n",
      "Sources/Snapshot/Manifest.swift": "// pg_dump\n",
    ],
    broken: ["Sources/Files/Files.docc/Files.md:1", "Sources/Repository/Pack.swift:2"]
  ) { house in
    let modules: Set<String> = [
      "Repository", "ObjectStore", "Compression", "Cryptography", "Files",
    ]
    return (house.sources + house.documents)
      .filter { $0.path.hasPrefix("Sources/") && modules.contains($0.module) }
      .flatMap { file in
        file.violations(in: file.lines, "speaks of PostgreSQL") { line in
          ["postgres", "pg_", "libpq"].contains { line.lowercased().contains($0) }
        }
      }
  }

  private static let toolsKnowNoDomain = HouseRule(
    name: "Reports and Arguments never mention the domain",
    sample: [
      "Sources/Reports/Table.swift": "// release, dispatch\nlet snapshotRows = 1\n",
      "Sources/Arguments/Option.swift": "let help = \"Two patches.\"\n",
    ],
    broken: ["Sources/Arguments/Option.swift:1", "Sources/Reports/Table.swift:2"]
  ) { house in
    let domain: Set<String> = [
      "snapshot", "repository", "repositorie", "patch", "postgre", "postgresql", "chunk", "ledger",
      "stripe", "horizon", "manifest", "lease", "receipt", "hazard", "drift", "migration",
      "rehearsal", "database", "schema",
    ]
    return house.sources.filter { ["Reports", "Arguments"].contains($0.module) }.flatMap { file in
      file.violations(in: file.lines, "speaks of the domain") {
        !domain.isDisjoint(with: CodeWords.of($0))
      }
    }
  }

  private static let nothingIsPostponed = HouseRule(
    name: "Nothing is postponed in a comment",
    sample: ["Sources/Files/File.swift": "// TODO: later\nlet todo = 1\n// FIXME\n"],
    broken: ["Sources/Files/File.swift:1", "Sources/Files/File.swift:3"]
  ) { house in
    let words = ["TODO", "FIXME", "XXX", "HACK"]
    return house.everythingElse.flatMap { file in
      file.violations(in: file.lines, "something is postponed", naming: words) {
        $0.contains(/\b(TODO|FIXME|XXX|HACK)\b/)
      }
    }
  }

  private static let nothingIsForced = HouseRule(
    name: "Nothing is forced with try! or as!",
    sample: ["Tests/FilesTests/T.swift": "let a = \"try!\"\nlet b = try! c()\nlet d = e as! F\n"],
    broken: ["Tests/FilesTests/T.swift:2", "Tests/FilesTests/T.swift:3"]
  ) { house in
    house.files.flatMap { file in
      file.violations(in: file.code, "something is forced", naming: ["try!", "as!"]) {
        $0.contains(/\b(try|as)!/)
      }
    }
  }

  private static let noTestIsDisabled = HouseRule(
    name: "No test is disabled",
    sample: [
      "Tests/FilesTests/T.swift": "@Test(.disabled(\"slow\")) func a() {}\nthrow XCTSkip()\n"
    ],
    broken: ["Tests/FilesTests/T.swift:1", "Tests/FilesTests/T.swift:2"]
  ) { house in
    house.files.flatMap { file in
      file.violations(in: file.code, "a test does not run") {
        $0.contains(".disabled(") || $0.contains("XCTSkip") || $0.contains("enabled(if: false")
      }
    }
  }

  private static let noPathOfOneMachine = HouseRule(
    name: "No file names a directory of somebody's machine",
    sample: [
      "scripts/demo": "cd myhome/user/\ncd /home/jane/drydock\n",
      "docs/format.md": "see /Users/joe/x\n\n(/root/y)\n",
    ],
    broken: ["docs/format.md:1", "docs/format.md:3", "scripts/demo:2"]
  ) { house in
    let roots = ["/home/", "/Users/", "/root/", "/work/", "/farm/"]
    return house.everythingElse.flatMap { file in
      file.violations(in: file.lines, "names a directory of one machine", naming: roots) {
        // A home, or a directory that only one machine has at its root.
        $0.contains(/(^|[^A-Za-z0-9_.\-\)\}])\/(home|Users|root|work|farm)\/\w/)
      }
    }
  }
}
