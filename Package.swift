// swift-tools-version: 6.2
// The house: floors, modules and who may import whom. See docs/architecture.md.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// Set by `scripts/test`, which builds whole modules at once, as for a release.
let isForTests = Context.environment["DRYDOCK_BUILD"] == "tests"

/// Modules that take apart many bytes, which is worth optimizing for a run of the tests; the others,
/// and the tests, would take longer to optimize than they run.
let laborious: Set<String> = [
  "Bytes", "Compression", "Cryptography", "Digests", "Files", "HTTP", "Postgres", "SQLSyntax",
  "ObjectStore", "Repository", "Snapshot", "Backup", "Migration", "TestSupport",
]

/// The settings of a target for one run of the tests.
func settings(_ name: String) -> [SwiftSetting] {
  isForTests && !laborious.contains(name) ? strict + [.unsafeFlags(["-Onone"])] : strict
}

/// A C library of the system: a module map and a `shim.h`, nothing else.
func system(_ name: String, pkgConfig: String?, apt: String, brew: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

/// A module of the house; everybody may speak of `Problems`.
func module(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
  let problems: [Target.Dependency] = ["Problems", "Faults"].contains(name) ? [] : ["Problems"]
  return .target(
    name: name,
    dependencies: problems + imports,
    exclude: ["\(name).docc"],
    swiftSettings: settings(name)
  )
}

/// The tests of one module, which may start servers through `TestSupport`.
func tests(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.byName(name: name), "TestSupport", "Problems"] + imports,
    swiftSettings: settings("tests")
  )
}

let package = Package(
  name: "drydock",
  platforms: [.macOS(.v26)],
  products: [.executable(name: "drydock", targets: ["drydock"])],
  targets: [
    // Floor 0: C libraries.
    system("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev", brew: "libpq"),
    system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev", brew: "zstd"),
    system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev", brew: "openssl@3"),
    system("CXXHash", pkgConfig: "libxxhash", apt: "libxxhash-dev", brew: "xxhash"),
    system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev", brew: "libyaml"),
    system("CPGQuery", pkgConfig: nil, apt: "libpg-query-dev", brew: "libpg_query"),
    system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev", brew: "curl"),
    system("CSpawn", pkgConfig: nil, apt: "libc6-dev", brew: "glibc"),

    // Floor 1: adapters, and what knows no domain.
    module("Problems"),
    module("Faults"),
    module("Postgres", ["CLibPQ", "Faults", "Bytes"]),
    module("Compression", ["CZstd"]),
    module("Cryptography", ["CCrypto"]),
    module("HTTP", ["CCurl"]),
    module("Digests", ["CXXHash"]),
    module("YAML", ["CYAML"]),
    module("SQLSyntax", ["CPGQuery"]),
    module("Bytes"),
    module("Files"),
    module("Threads"),
    module("Processes", ["CSpawn"]),
    module("Terminal"),
    module("Arguments", ["Bytes"]),
    module("Reports", ["Bytes"]),

    // Floor 2: the nouns.
    module("ObjectStore", ["Files", "Faults", "Cryptography", "HTTP", "Processes", "Threads"]),
    module(
      "Repository",
      ["ObjectStore", "Compression", "Cryptography", "Files", "Bytes", "Threads"]
    ),
    module("Snapshot", ["Repository", "Digests", "Bytes"]),
    module("Catalog", ["Postgres", "Cryptography", "Bytes"]),
    module("Cluster", ["Postgres", "Files", "Processes", "Threads"]),

    // Floor 3: the verbs.
    module(
      "Backup",
      [
        "Snapshot", "Repository", "Catalog", "Cluster", "Postgres", "Digests", "Processes", "Bytes",
        "Files", "Threads",
      ]
    ),
    module(
      "Restoration",
      [
        "Snapshot", "Repository", "Catalog", "Cluster", "Postgres", "Digests", "Processes", "Files",
        "Bytes", "Cryptography", "Threads", "Faults",
      ]
    ),
    module(
      "Migration",
      ["Catalog", "Postgres", "SQLSyntax", "Cryptography", "Files", "Bytes", "Threads"]
    ),
    module(
      "Rehearsal",
      [
        "Migration", "Restoration", "Cluster", "Catalog", "Snapshot", "Repository", "Postgres",
        "Cryptography", "SQLSyntax", "Reports", "Bytes", "Digests", "Threads", "Processes",
      ]
    ),
    module(
      "Verification",
      [
        "Snapshot", "Repository", "Catalog", "Restoration", "Migration", "Cluster", "Postgres",
        "Processes", "Files", "Digests", "Bytes", "Threads",
      ]
    ),

    module("Replication", ["Snapshot", "Repository", "ObjectStore", "Threads"]),
    module(
      "Operations",
      ["Snapshot", "Repository", "Catalog", "Postgres", "Processes", "Cryptography", "Bytes"]
    ),
    module("Schedule", ["Files", "Processes", "HTTP", "Cryptography", "Bytes", "Postgres"]),
    module("Monitoring", ["Snapshot", "Repository", "ObjectStore", "Verification", "Files"]),

    // Floor 4 and 5: the command line.
    module(
      "Commands",
      [
        "Arguments", "Bytes", "Reports", "YAML", "Terminal", "Files", "Processes", "Postgres",
        "Cryptography", "HTTP", "ObjectStore", "Repository", "Snapshot", "Catalog", "Cluster",
        "Backup",
        "Restoration", "Migration", "Rehearsal", "Verification", "Replication",
        "Operations", "Schedule", "Monitoring",
      ]
    ),
    .executableTarget(
      name: "drydock",
      dependencies: ["Commands", "Terminal"],
      swiftSettings: strict
    ),
    // For scripts/bench alone; nobody installs it.
    .executableTarget(
      name: "simulate",
      dependencies: [
        "Arguments", "Problems", "Reports", "Files", "Digests", "ObjectStore", "Repository",
        "Snapshot",
      ],
      exclude: ["simulate.docc"],
      swiftSettings: strict
    ),

    // Tests.
    module(
      "TestSupport",
      [
        "Postgres", "Cluster", "ObjectStore", "Files", "Processes", "Cryptography", "HTTP",
        "Snapshot", "Repository", "Digests",
      ]
    ),
    tests("Bytes"),
    tests("HTTP"),
    tests("Postgres"),
    tests("Compression"),
    tests("Cryptography"),
    tests("Digests"),
    tests("YAML"),
    tests("SQLSyntax"),
    tests("Files"),
    tests("Threads"),
    tests("Processes"),
    tests("Arguments"),
    tests("Reports"),
    tests("ObjectStore", ["Files", "HTTP", "Cryptography"]),
    tests(
      "Repository",
      ["Snapshot", "ObjectStore", "Cryptography", "Compression", "Files", "Bytes"]
    ),
    tests("Catalog", ["Postgres", "Cluster", "Processes"]),
    tests("Cluster", ["Postgres", "Processes", "Files"]),
    tests("Migration", ["Postgres", "Catalog", "Cluster", "Files", "Processes", "SQLSyntax"]),
    tests("Rehearsal", ["Migration", "Postgres", "Catalog", "Cluster", "Files"]),
    tests(
      "Commands",
      [
        "Arguments", "Backup", "Migration", "ObjectStore", "Postgres", "Reports", "Repository",
        "Snapshot", "Rehearsal", "YAML", "Schedule", "Processes", "Monitoring", "Verification",
        "Files", "Terminal",
      ]
    ),
    tests("Snapshot", ["Repository", "Digests", "ObjectStore"]),
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "TestSupport", "Problems", "Snapshot", "Repository", "ObjectStore", "HTTP", "Compression",
        "Cryptography", "Bytes", "Digests", "Files",
      ],
      exclude: ["Corpus"],
      swiftSettings: settings("tests")
    ),
    tests(
      "Backup",
      [
        "Digests", "Postgres", "Catalog", "Cluster", "Repository", "Snapshot", "ObjectStore",
        "Processes",
      ]
    ),
    tests(
      "Restoration",
      [
        "Postgres", "Catalog", "Cluster", "Repository", "Snapshot", "ObjectStore", "Backup",
        "Processes",
      ]
    ),
    tests("Verification", ["Repository", "Snapshot", "ObjectStore", "Digests"]),
    tests("Replication", ["Repository", "Snapshot", "ObjectStore", "Cryptography", "Digests"]),
    tests("Operations", ["Postgres", "Repository", "ObjectStore"]),
    tests("Schedule", ["Files", "Processes"]),
    tests("Monitoring", ["Snapshot", "Repository", "ObjectStore", "Verification", "Files"]),
    // With the built program. None of these names it, or they would wait for all of it to be compiled;
    // whoever builds tests builds the program too.
    .testTarget(
      name: "AcceptanceTests",
      dependencies: [
        "TestSupport", "Problems", "Postgres", "Processes", "Files", "Repository",
        "ObjectStore", "Cryptography", "Catalog", "Cluster", "Rehearsal", "Reports",
      ],
      swiftSettings: settings("tests")
    ),
    // Every block of the documents, run.
    .testTarget(
      name: "DocumentTests",
      dependencies: [
        "Commands", "Arguments", "TestSupport", "Problems", "Files", "YAML",
      ],
      swiftSettings: settings("tests")
    ),
    .testTarget(
      name: "FireTests",
      dependencies: [
        "TestSupport", "Problems", "Backup", "Snapshot", "Repository", "ObjectStore", "Cluster",
        "Postgres", "Digests", "Bytes", "Processes",
      ],
      swiftSettings: settings("tests")
    ),
    // On real object stores: scripts/stores swift test --filter '^HeavyStoreTests'.
    .testTarget(
      name: "HeavyStoreTests",
      dependencies: [
        "TestSupport", "Problems", "Postgres", "Processes", "Files", "HTTP",
        "Cryptography", "ObjectStore", "Repository", "Snapshot",
      ],
      swiftSettings: settings("tests")
    ),
    // In a real browser: chromium.
    .testTarget(
      name: "HeavyBrowserTests",
      dependencies: [
        "Reports", "TestSupport", "Processes", "Files", "Commands", "ObjectStore", "Repository",
      ],
      swiftSettings: settings("tests")
    ),
    // With other people's programs: PgBouncer, pg_cron, Sqitch, validators of formats.
    .testTarget(
      name: "HeavyToolTests",
      dependencies: [
        "TestSupport", "Problems", "Postgres", "Processes", "Files", "Cluster",
        "Reports",
      ],
      swiftSettings: settings("tests")
    ),
    // The five systems of docs/systems.md.
    .testTarget(
      name: "HeavySystemTests",
      dependencies: ["TestSupport", "Postgres", "Processes", "Files"],
      swiftSettings: settings("tests")
    ),
    .testTarget(
      name: "SimulateTests",
      dependencies: ["simulate", "TestSupport", "Files"],
      swiftSettings: settings("tests")
    ),
    // Optimized, because it reads the whole tree a few times: minutes otherwise.
    .testTarget(
      name: "HouseRulesTests",
      dependencies: ["TestSupport"],
      swiftSettings: strict + [.unsafeFlags(["-O"])]
    ),
  ]
)
