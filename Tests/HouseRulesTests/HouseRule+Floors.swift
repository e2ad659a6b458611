extension HouseRule {
  static let floors = [
    importsGoDown, cStaysBelow, unsafeStaysBelow, terminalStaysAbove, foundationStaysOut,
  ]

  /// Which floor each module stands on, as `docs/architecture.md` says.
  static let floorOfModule: [String: Int] = {
    let floors: [[String]] = [
      ["CLibPQ", "CZstd", "CCrypto", "CXXHash", "CYAML", "CPGQuery", "CSpawn", "CCurl"],
      [
        "Problems", "Faults", "Bytes", "Postgres", "Compression", "Cryptography", "HTTP",
        "Digests", "Files", "Threads", "YAML", "SQLSyntax", "Processes", "Terminal", "Arguments",
        "Reports",
      ],
      ["ObjectStore", "Repository", "Snapshot", "Catalog", "Cluster"],
      [
        "Backup", "Restoration", "Migration", "Rehearsal", "Verification", "Replication",
        "Operations", "Schedule", "Monitoring",
      ],
      ["Commands"],
      ["drydock", "simulate"],
    ]
    return floors.enumerated().reduce(into: [:]) { table, floor in
      for module in floor.element { table[module] = floor.offset }
    }
  }()

  /// Imports within a floor, each of them a decision.
  ///
  /// Everybody may speak of `Problems`; `Faults`
  /// marks where a test may break the work, `Bytes` are plain values.
  private static let sideways: [String: Set<String>] = [
    "Repository": ["ObjectStore"], "Snapshot": ["Repository"],
    "Rehearsal": ["Migration", "Restoration"], "Verification": ["Migration", "Restoration"],
    "Monitoring": ["Verification"],
  ]
  private static let forEverybody: Set<String> = ["Problems", "Faults", "Bytes"]

  /// `TestSupport` stands beside the house and keeps no floor.
  ///
  /// It starts servers and prints seeds for the tests of every floor. No module may import it, so
  /// no floor can leak through it.
  private static let besides: Set<String> = ["TestSupport"]

  private static let importsGoDown = HouseRule(
    name: "A module imports only what stands below it",
    sample: [
      "Sources/Catalog/Catalog.swift": "import Files\n\nimport Backup\n",
      "Sources/Files/Files.swift": "internal import Reports\nimport Problems\n",
      "Sources/Loft/Loft.swift": "struct Loft {}\n",
      "Sources/Backup/Backup.swift": "import TestSupport\n",
    ],
    broken: [
      "Sources/Backup/Backup.swift:1", "Sources/Catalog/Catalog.swift:3",
      "Sources/Files/Files.swift:1", "Sources/Loft/Loft.swift:1",
    ]
  ) { house in
    house.sources.filter { !besides.contains($0.module) }.flatMap { file -> [Violation] in
      guard let floor = floorOfModule[file.module] else {
        return [Violation(file, 1, "the module \(file.module) has no floor in HouseRule+Floors")]
      }
      return imports(of: file).compactMap { line, name in
        if besides.contains(name) {
          return Violation(file, line, "\(name) serves tests alone")
        }
        guard !mayImport(file.module, name), let other = floorOfModule[name] else { return nil }
        let way = other > floor ? "up" : "sideways"
        return Violation(file, line, "\(file.module) imports \(name), which is \(way)")
      }
    }
  }

  private static let cStaysBelow = HouseRule(
    name: "C is imported on floor 1 alone",
    sample: [
      "Sources/Catalog/Catalog.swift": "import CLibPQ\n",
      "Sources/Reports/Report.swift": "struct Report {}\nimport Glibc\n",
      "Sources/Files/File.swift": "import Glibc\n",
    ],
    broken: ["Sources/Catalog/Catalog.swift:1", "Sources/Reports/Report.swift:2"]
  ) { house in
    house.sources.filter { !besides.contains($0.module) }.flatMap { file in
      let isFree = ["Arguments", "Reports"].contains(file.module)
      let mayUseC = floorOfModule[file.module] == 1 && !isFree
      return imports(of: file).filter { _, name in
        !mayUseC && (floorOfModule[name] == 0 || ["Glibc", "Darwin", "Musl"].contains(name))
      }
      .map { Violation(file, $0.line, "\(file.module) imports \($0.name)") }
    }
  }

  private static let unsafeStaysBelow = HouseRule(
    name: "The word unsafe is written on floor 1 alone",
    sample: [
      "Sources/Backup/Backup.swift": "// unsafe\nlet a = unsafe b\n",
      "Sources/Repository/Pack.swift": "@unchecked Sendable\nnonisolated(unsafe) let a = 1\n",
      "Sources/Postgres/Session.swift": "let a = unsafe b\n",
    ],
    broken: [
      "Sources/Backup/Backup.swift:2", "Sources/Repository/Pack.swift:1",
      "Sources/Repository/Pack.swift:2",
    ]
  ) { house in
    house.sources
      .filter { floorOfModule[$0.module] != 1 && !besides.contains($0.module) }
      .flatMap { file in
        file.violations(in: file.code, "unsafe code above floor 1") {
          CodeWords.holdsKeyword("unsafe", $0) || $0.contains("@unchecked")
        }
      }
  }

  private static let terminalStaysAbove = HouseRule(
    name: "Floors 0 to 3 return values and print nothing",
    sample: [
      "Sources/Backup/Backup.swift": "func fingerprint() {}\nprint(1)\nfingerprint(2)\n",
      "Sources/Commands/Shown.swift": "print(1)\n",
    ],
    broken: ["Sources/Backup/Backup.swift:2"]
  ) { house in
    house.sources.filter { (floorOfModule[$0.module] ?? 5) <= 3 }.flatMap { file in
      file.violations(in: file.code, "prints", naming: ["rint(", "dump("]) {
        $0.contains(/(^|[^A-Za-z0-9_.])(print|debugPrint|dump)\(/) && !$0.contains("func ")
      }
    }
  }

  /// `TimeZone.current` and named zones need ICU as well: without it they compile, and say GMT.
  private static let foundationStaysOut = HouseRule(
    name: "The program has only the essentials of Foundation, and no time zones of its own",
    sample: [
      "Sources/Backup/Backup.swift": "internal import Foundation\nlet a = TimeZone.current\n",
      "Sources/Files/File.swift": "import FoundationEssentials\nlet a = TimeZone(identifier: b)\n",
      "Sources/Catalog/Catalog.swift": "let a = TimeZone.gmt\n",
      "Sources/TestSupport/Psql.swift": "import Foundation\n",
      "Sources/simulate/main.swift": "import Foundation\n",
    ],
    broken: [
      "Sources/Backup/Backup.swift:1", "Sources/Backup/Backup.swift:2",
      "Sources/Files/File.swift:2",
    ]
  ) { house in
    house.sources.filter { !["TestSupport", "simulate"].contains($0.module) }.flatMap { file in
      let imports = imports(of: file).filter { $0.name == "Foundation" }
        .map { Violation(file, $0.line, "ICU comes with Foundation (decision 0042)") }
      let zones = file.violations(
        in: file.code,
        "GMT without ICU (decision 0042)",
        naming: ["TimeZone"]
      ) {
        $0.contains(/TimeZone(\.(current|autoupdatingCurrent)\b|\((identifier|abbreviation):)/)
      }
      return imports + zones
    }
  }

  /// Whether the floors let one module import another; what has no floor is not ours to judge.
  static func mayImport(_ module: String, _ other: String) -> Bool {
    guard let floor = floorOfModule[module], let below = floorOfModule[other] else { return true }
    let allowed = forEverybody.union(sideways[module] ?? [])
    return below < floor || allowed.contains(other)
  }

  /// The imports of a file: line and module.
  static func imports(of file: SourceFile) -> [(line: Int, name: String)] {
    file.code.enumerated().compactMap { index, line in
      guard line.contains("import"),
        let found = line.firstMatch(of: /(^|\s)import\s+([A-Za-z_][A-Za-z0-9_]*)/)
      else {
        return nil
      }
      return (index + 1, String(found.2))
    }
  }
}
