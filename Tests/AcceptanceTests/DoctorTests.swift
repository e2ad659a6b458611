import Foundation
import Postgres
import TestSupport
import Testing

@Suite("doctor looks at everything, and says what to do")
struct DoctorTests {
  private struct Answer: Decodable {
    struct Finding: Decodable {
      var severity: String
      var subject: String
      var text: String
      var advice: String?
    }

    var bad: Int
    var warnings: Int
    var findings: [Finding]

    /// The findings about something, each as `severity: text -> advice`.
    func about(_ subject: String) -> [String] {
      findings.filter { $0.subject == subject }
        .map { "\($0.severity): \($0.text)\($0.advice.map { " -> \($0)" } ?? "")" }
    }
  }

  private func ask(_ user: Drydock, _ database: ConnectionSettings) throws -> Answer {
    let run = try user.run(["doctor", "--json", "--database", database.argument])
    #expect(run.code == 0 || run.code == 1, "\(run)")
    let answer = try run.result(Answer.self)
    #expect((answer.bad > 0) == (run.code == 1))
    return answer
  }

  @Test("What a role lacks for backup, migrate and restore is named, with the words that give it")
  func privileges() throws {
    try withDatabase(on: .v15) { source in
      let role = "poor_\(UInt32.random(in: 0 ... .max))"
      let connection = try Connection.open(source)
      try connection.execute(
        """
        CREATE ROLE \(role) LOGIN;
        CREATE TABLE mine (id int);
        CREATE TABLE hidden (id int);
        ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
        GRANT SELECT ON hidden TO \(role);
        SELECT lo_create(0)
        """
      )
      defer { _ = try? connection.execute("DROP OWNED BY \(role); DROP ROLE \(role)") }
      let user = try Drydock(on: .v15)
      let poor = try ask(user, source.with("user", role))
      let named = "\"\(role)\""
      let expected: [String] = [
        "bad: 1 table cannot be read by this role: public.mine"
          + " -> GRANT pg_read_all_data TO \(named)",
        "bad: policies hide rows of public.hidden from this role"
          + " -> ALTER ROLE \(named) BYPASSRLS, or back up as their owner.",
        "bad: 1 large object cannot be read by this role"
          + " -> GRANT SELECT ON LARGE OBJECT ... TO \(named), or back up as their owner.",
      ]
      #expect(Array(poor.about("backup").prefix(3)) == expected)
      #expect(poor.about("migrate").contains { $0.contains("drydock init --grant \(named)") })
      #expect(
        poor.about("migrate").contains { $0.contains("others own public.hidden, public.mine") }
      )
      #expect(poor.about("restore").contains { $0.contains("ALTER ROLE \(named) CREATEDB") })
      #expect(
        poor.about("changed pages").contains { $0.hasPrefix("warning: every snapshot reads") }
      )

      let rich = try ask(user, source)
      #expect(rich.about("backup") == ["good: the role reads every table"])
      #expect(rich.about("migrate") == ["good: the role owns what it would change"])
      #expect(rich.about("restore") == ["good: the role may make databases"])
    }
  }

  @Test("Keys, the store, space, freshness, proofs and receipts of a repository")
  func repository() throws {
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15)
      let empty = try ask(user, source)
      #expect(
        empty.about("freshness") == ["warning: there is no snapshot -> Take one: drydock backup"]
      )
      try Connection.open(source).execute("CREATE TABLE t AS SELECT 1 AS id")
      try user.backup(source)
      let name = try #require(source.keywords["dbname"])
      let answer = try ask(user, source)
      #expect(
        answer.about("key") == [
          "warning: one key alone opens everything -> "
            + "Make a second one, kept elsewhere: drydock key add --passphrase-file-new FILE"
        ]
      )
      #expect(answer.about("store") == ["good: takes a file"])
      let files = try FileManager.default.contentsOfDirectory(atPath: user.repository)
      #expect(files.filter { $0.hasSuffix(".doctor") } == [])
      #expect(answer.about("space").count >= 2)
      #expect(answer.about("leases") == ["good: nobody writes now"])
      #expect(answer.about("freshness").first?.hasPrefix("good: the newest of \(name) is") == true)
      #expect(
        answer.about("proof") == [
          "warning: no snapshot of \(name) was ever restored for trial -> "
            + "Prove one: drydock verify latest:\(name)"
        ]
      )
      #expect(answer.about("receipts") == ["good: 0 kept, 0 expired, 0 revoked"])
      #expect(answer.about("patches") == ["good: no ledger; no patch was applied by drydock"])
    }
  }

  @Test("A key that lies in the repository which it opens, and one that others may read")
  func keys() throws {
    let user = try Drydock(on: .v15)
    let file = "\(user.repository)/passphrase"
    try "\(user.passphrase)\n".write(toFile: file, atomically: true, encoding: .utf8)
    let nothing = ["DRYDOCK_PASSPHRASE": "", "DRYDOCK_PASSPHRASE_FILE": file]
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    let beside = try user.run(["doctor"], nothing)
    #expect(beside.code == 1 && beside.output.contains("lies in the repository that it opens"))
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    let open = try user.run(["doctor"], nothing)
    #expect(open.code == 1 && open.output.contains("Run: chmod 600 \(file)"), "\(open)")
  }

  @Test("What was begun and waits for somebody: a copy set aside, a stop")
  func unfinished() throws {
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15)
      try Connection.open(source).execute("CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 1 AS id")
      try user.backup(source)
      let restore = [
        "restore", "latest", "--into", source.argument, "--replace", "--schema", "s", "--json",
      ]
      struct Plan: Decodable { var token: String }
      let plan = try user.run(restore).require(3).result(Plan.self)
      try user.run(restore + ["--confirm", plan.token]).require(0)
      let aside = try ask(user, source).about("restore")
      #expect(aside.contains { $0.hasPrefix("good: the old copy of schema s is set aside") })

      try user.run(["stop", "--database", source.argument]).require(0)
      let stopped = try ask(user, source).about("stop")
      #expect(
        stopped == [
          "warning: the database is stopped: new transactions are read-only -> "
            + "drydock start --database URL opens it."
        ]
      )
      try user.run(["start", "--database", source.argument]).require(0)
      #expect(try ask(user, source).about("stop") == [])
    }
  }
}
