import Files
import Foundation
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

  /// A real service, its bucket and its credentials, by the variables of the heavy suite.
  private static let real: [String: String]? = {
    let variables = ProcessInfo.processInfo.environment
    guard let endpoint = variables["DRYDOCK_TEST_S3"],
      let bucket = variables["DRYDOCK_TEST_S3_BUCKET"]
    else { return nil }
    let place = "s3://\(bucket)/cycle-\(UInt32.random(in: 0 ... .max))"
    return variables.filter { $0.key.hasPrefix("AWS_") }
      .merging(["AWS_ENDPOINT_URL": endpoint, "DRYDOCK_REPOSITORY": place]) { $1 }
  }()

  /// Makes a repository, takes four snapshots, checks, restores and compares, and asks the doctor.
  private func expectCycle(_ environment: [String: String]) throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(Self.fixture)
      let user = try Drydock(on: .v15, isNew: false, environment)
      let secrets = [environment["AWS_SECRET_ACCESS_KEY"] ?? ""]
      let run = { (words: [String]) in
        try user.run(words, ["DRYDOCK_LABEL": "test"], secrets: secrets).require(0)
      }
      let made = try run(["init"])
      #expect(made.output.contains("reads and lists at once, conditional writes"), "\(made)")
      for number in 1...3 {
        _ = try run(["backup", source.argument])
        try connection.execute("UPDATE cargo SET crate = crate || 'x' WHERE id % 100 = \(number)")
      }
      _ = try run(["backup", source.argument])
      _ = try run(["check", "--read-data"])
      try expectRoundTrip(of: source, on: .v15, with: user)
      let doctor = try user.run(["doctor", "--database", source.argument])
      #expect(doctor.output.contains("when probed: reads and lists at once"), "\(doctor)")
      #expect(doctor.output.contains("4 snapshots"), "\(doctor)")
      #expect(!Directory.exists(user.repository), "nothing is kept in a directory")
    }
  }

  private func expectCycle(on service: FakeS3) throws {
    try expectCycle(service.environment)
    let names = service.objects.keys
    #expect(names.allSatisfy { $0.hasPrefix("nightly/") && !$0.contains("canary") })
    #expect(names.count { $0.hasPrefix("nightly/snapshots/") } == 4)
  }

  @Test("Init, four backups, check, restore and doctor")
  func cycle() throws { try expectCycle(on: FakeS3()) }

  @Test("The same behind a proxy that injects 500, 502, 503, resets, slow and cut bodies")
  func badProxy() throws {
    var generator = SeededGenerator.announced()
    try expectCycle(on: FakeS3(plan: FakeS3.badProxy(generator.next())))
  }

  @Test(
    "The same on a real service",
    .enabled(
      if: BucketTests.real != nil,
      "DRYDOCK_TEST_S3 names no endpoint, or DRYDOCK_TEST_S3_BUCKET no bucket that is there"
    )
  )
  func realService() throws { try expectCycle(try #require(Self.real)) }

  @Test("The same over TLS with an own authority, and with the bucket before the host's name")
  func secure() throws {
    let service = try FakeS3()
    let front = try TLSFront(to: service.port, names: ["localhost", "ships.localhost"])
    let directory = try TemporaryDirectory()
    let settings = directory.path + "/drydock.yaml"
    try AtomicFile.write(Array("path_style: false\n".utf8), to: settings)
    let secure = [
      "AWS_ENDPOINT_URL": "https://localhost:\(front.port)", "AWS_CA_BUNDLE": front.certificate,
      "DRYDOCK_CONFIG": settings,
    ]
    try expectCycle(service.environment.merging(secure) { $1 })
    #expect(service.requests.allSatisfy { $0.fields["host"] == "ships.localhost:\(front.port)" })
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
