import Files
import Postgres
import TestSupport
import Testing

@Suite("A repository in a bucket")
struct BucketTests {
  /// Enough that packs, deltas and pages of listings come into play.
  private static let fixture = """
    CREATE TABLE cargo (id int PRIMARY KEY, crate text NOT NULL);
    INSERT INTO cargo SELECT i, md5(i::text) || repeat(' tea', i % 9) FROM generate_series(1, 20000) i;
    """

  private func expectCycle(_ service: FakeS3) throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(Self.fixture)
      let user = try Drydock(on: .v15, isNew: false, service.environment)
      let run = { (words: [String]) in
        try user.run(words, secrets: [FakeS3.secret]).require(0)
      }
      let made = try run(["init"])
      #expect(
        made.output.contains(
          "reads and lists at once, conditional writes honoured, object lock none"
        ),
        "\(made)"
      )
      for number in 1...3 {
        _ = try run(["backup", source.argument])
        try connection.execute("UPDATE cargo SET crate = crate || 'x' WHERE id % 100 = \(number)")
      }
      try user.backup(source)
      _ = try run(["check", "--read-data"])
      try expectRoundTrip(of: source, on: .v15, with: user)
      let doctor = try user.run(["doctor", "--database", source.argument])
      #expect(doctor.output.contains("when probed: reads and lists at once"), "\(doctor)")
      #expect(service.objects.keys.allSatisfy { $0.hasPrefix("nightly/") })
      #expect(!service.objects.keys.contains { $0.contains("canary") })
      #expect(service.objects.keys.count { $0.hasPrefix("nightly/snapshots/") } == 4)
      #expect(!Directory.exists(user.repository))
    }
  }

  @Test("Init, four backups, check, restore and doctor")
  func cycle() throws { try expectCycle(FakeS3()) }

  @Test("The same behind a proxy that injects 500, 502, 503, resets, slow and cut bodies")
  func badProxy() throws {
    var generator = SeededGenerator.announced()
    try expectCycle(FakeS3(plan: FakeS3.badProxy(generator.next())))
  }

  @Test("What is wrong with a bucket is said with what to do, and without the secret")
  func mistakes() throws {
    let service = try FakeS3()
    let user = try Drydock(on: .v15, isNew: false, service.environment)
    let cases: [(variables: [String: String], status: Int32, words: [String])] = [
      (["AWS_ACCESS_KEY_ID": "other"], 1, ["InvalidAccessKeyId", "check the credentials"]),
      (["DRYDOCK_REPOSITORY": "s3://elsewhere/x"], 1, ["NoSuchBucket", "Make the bucket first"]),
      (["DRYDOCK_REPOSITORY": "s3://Bad Name"], 2, ["s3://bucket/prefix"]),
      (["AWS_ACCESS_KEY_ID": ""], 2, ["AWS_ACCESS_KEY_ID"]),
      (["AWS_ENDPOINT_URL": "http://store.example.org"], 2, ["plain http", "https://host:port"]),
    ]
    for (variables, status, words) in cases {
      let run = try user.run(["init"], variables, secrets: [FakeS3.secret]).require(status)
      #expect(run.missingOfError.isEmpty && words.allSatisfy(run.errors.contains), "\(run)")
    }
    #expect(service.objects.isEmpty)
  }
}
