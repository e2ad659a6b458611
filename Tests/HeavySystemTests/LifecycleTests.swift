import Files
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Reflectance datacube: every version is kept, and restores", .serialized)
struct LifecycleTests: SystemScenario {
  enum Feature: CaseIterable {
    /// Before: one dump in one file, which the next deployment overwrites.
    case tags
    /// Before: one place for all versions, whose damage is met when one of them is needed.
    case copy
    /// Before: whether a version can be restored is seen when it is.
    case verification
    /// Before: a second passphrase is handed out, and the first is never taken back.
    case rotation
    /// Before: `psql -f` in a pipeline, whose exit code and output do not say what failed.
    case errors
    /// Before: a nightly job that has stopped fails nowhere.
    case health
    /// Before: what it costs stands on the invoice.
    case budget
  }

  enum Check: CaseIterable {
    case everyVersionRestores
    case damageIsKnownBefore
    case oldPassphraseOpensNothing
    case rootCauseIsTold
    case missedNightIsHeard
    case costIsToldBefore
  }

  static func broken(without feature: Feature) -> Set<Check> {
    switch feature {
    case .tags, .copy: [.everyVersionRestores]
    case .verification: [.damageIsKnownBefore]
    case .rotation: [.oldPassphraseOpensNothing]
    case .errors: [.rootCauseIsTold]
    case .health: [.missedNightIsHeard]
    case .budget: [.costIsToldBefore]
    }
  }

  @Test(
    "By its git SHA each version comes back, from the copy where the first place is damaged",
    arguments: cases
  )
  func lifecycle(_ scenario: ScenarioCase<Feature>) throws { try Self.expect(scenario) }

  @Test("Each check can fail")
  func checks() { Self.expectEachCheckCanFail() }

  private static let versions = ["4f1c09d", "b7e71dc", "90aa3e2"]

  /// A version of the processor, and what it has made of the cube.
  private static func deployment(_ version: Int) -> String {
    """
    DROP TABLE IF EXISTS processor;
    CREATE TABLE processor AS SELECT '\(versions[version])' AS git, \(version) AS release;
    INSERT INTO reflectance SELECT \(version) * 3000 + i, \(version), i / 10000.0
    FROM generate_series(1, 3000) i;
    """
  }

  /// Who holds which secret, and where the snapshots are.
  private struct Place {
    let user: Drydock
    let database: ConnectionSettings
    let server: TestServer
    let dump: String
    let second: [String: String]
    var now: [String: String] = [:]
  }

  static func run(without feature: Feature?, on server: TestServer) throws -> Findings<Check> {
    try withDatabase(on: server) { database in
      let user = try Drydock(on: server)
      var place = Place(
        user: user,
        database: database,
        server: server,
        dump: "\(user.directory)/database.sql",
        second: [
          "DRYDOCK_REPOSITORY": "\(user.directory)/second", "DRYDOCK_PASSPHRASE": "the second one",
        ]
      )
      var findings = Findings<Check>()
      try deploy(place)
      try copy(place)
      try rotate(&place, without: feature, &findings)
      try watch(place, without: feature, &findings)
      try damage(place, without: feature, &findings)
      try restore(place, without: feature, &findings)
      try fail(place, without: feature, &findings)
      return findings
    }
  }

  private static func deploy(_ place: Place) throws {
    let connection = try Connection.open(place.database)
    try connection.execute(
      "CREATE TABLE reflectance (id int PRIMARY KEY, release int, value float8)"
    )
    for version in versions.indices {
      try connection.execute(deployment(version))
      try place.user.backup(place.database, ["--tag", "git=\(versions[version])"])
      let dump = try Psql.dump(place.database, server: place.server)
      try AtomicFile.write(
        Array(dump.utf8),
        to: place.dump,
        collision: .replace,
        durability: .fast
      )
    }
  }

  private static func copy(_ place: Place) throws {
    let words = ["copy", "--init", "--to", place.second["DRYDOCK_REPOSITORY"] ?? ""]
    let secret = ["DRYDOCK_TO_PASSPHRASE": place.second["DRYDOCK_PASSPHRASE"] ?? ""]
    try place.user.run(words, secret).require(0)
  }

  private struct Slots: Decodable {
    struct Slot: Decodable {
      let id: String
      let own: Bool
    }
    let slots: [Slot]
  }

  private static func rotate(
    _ place: inout Place,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    let user = place.user
    let file = try user.file("new-passphrase", "a passphrase of this quarter\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    let slots = try user.run(["key", "list", "--json"]).require(0).result(Slots.self).slots
    let old = try #require(slots.first { $0.own }).id
    let add = ["key", "add", "--label", "this quarter", "--passphrase-file-new", file]
    try user.run(add).require(0)
    place.now = ["DRYDOCK_PASSPHRASE": "", "DRYDOCK_PASSPHRASE_FILE": file]
    if feature != .rotation {
      try user.run(["key", "remove", old], place.now).require(0)
      try user.run(["key", "rotate"], place.now).require(0)
    }
    let opened = try user.run(["snapshots"])
    findings.note(.oldPassphraseOpensNothing, opened.code == 2, "\(opened)")
    try user.run(["snapshots"], place.now).require(0)
  }

  /// A night passes over one database, and the repository outgrows what it may cost.
  private static func watch(
    _ place: Place,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    let user = place.user
    let name = place.database.keywords["dbname"] ?? ""
    for (databases, code) in [(name, Int32(0)), ("\(name), forgotten", 1)] {
      let file = try user.file("health.yaml", "health: {databases: [\(databases)]}\n")
      guard feature != .health else {
        findings.note(.missedNightIsHeard, false, "nobody has looked")
        continue
      }
      let run = try user.run(["health", "--config", file], place.now)
      let isTold = run.output.contains("forgotten: there is no snapshot of it") == (code == 1)
      findings.note(.missedNightIsHeard, run.code == code && isTold, "\(run)")
    }
    let file = try user.file("budget.yaml", "budget: {size: 10KiB}\n")
    let words = ["backup", place.database.argument]
    let run = try user.run(words + (feature == .budget ? [] : ["--config", file]), place.now)
    #expect(run.code == 0, "\(run)")
    findings.note(.costIsToldBefore, run.errors.contains("of 10.0 KiB"), "\(run)")
  }

  /// A pack of the first place rots.
  private static func damage(
    _ place: Place,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    let packs = try place.user.objects(in: "packs")
    for pack in packs {
      var bytes = try ReadableFile.contents(of: pack)
      bytes[bytes.count / 2] ^= 0x04
      try AtomicFile.write(bytes, to: pack, collision: .replace, durability: .fast)
    }
    let isKnown =
      feature == .verification
      ? false
      : try place.user.run(["verify", "git=\(versions[0])"], place.now).code == 4
    findings.note(.damageIsKnownBefore, isKnown, "nobody has looked")
    // What is proven of the copy is kept, and asked for by its age.
    try place.user.run(["verify", "git=\(versions[0])", "--level", "3"], place.second).require(0)
    let fresh = ["verify", "git=\(versions[0])", "--max-age", "1d"]
    #expect(try place.user.run(fresh, place.second).require(0).output.contains("proven"))
  }

  private static func restore(
    _ place: Place,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    for version in versions.indices {
      try withDatabase(on: place.server) { target in
        switch feature {
        case .tags:
          let dump = String(decoding: try ReadableFile.contents(of: place.dump), as: UTF8.self)
          try place.user.psql(dump, in: target, on: place.server)
        default:
          let words = ["restore", "git=\(versions[version])", "--into", target.argument]
          let run = try place.user.run(words, feature == .copy ? place.now : place.second)
          #expect(run.code == 0 || feature == .copy, "\(run)")
          #expect(run.code == 0 || run.missingOfError == [], "\(run)")
        }
        try findings.ask(
          .everyVersionRestores,
          """
          git = '\(versions[version])' AND (SELECT count(*) = 3000 * \(version + 1)
            AND sum(value * 10000)::bigint = 4501500 * \(version + 1) FROM reflectance)
          FROM processor
          """,
          try Connection.open(target)
        )
      }
    }
  }

  private struct Failure: Decodable {
    let event: String
    let code: String
    let exit: Int
    let reason: String?
  }

  /// A patch fails at night; a program reads why.
  private static func fail(
    _ place: Place,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    let patch = "ALTER TABLE reflectance ADD CONSTRAINT small CHECK (value < 0.3);\n"
    if feature == .errors {
      try place.user.psql(patch, in: place.database, on: place.server)
      findings.note(.rootCauseIsTold, false, "psql ended with 0")
      return
    }
    try place.user.write(patch: "0001_small.sql", patch)
    let exempt = ["--without-receipt", "--because", "a test", "--json"]
    let words = ["migrate", "--database", place.database.argument] + exempt
    let run = try place.user.run(words, place.now)
    let failures = (run.output + run.errors).split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Failure.self, from: Data($0.utf8))
    }
    let told = failures.contains {
      $0.event == "error" && $0.exit == Int(run.code ?? -1) && $0.reason?.contains("23514") == true
    }
    findings.note(.rootCauseIsTold, told && run.code != 0, "\(run)")
  }
}
