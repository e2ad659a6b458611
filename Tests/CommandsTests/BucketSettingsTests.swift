import ObjectStore
import Problems
import Testing

@testable import Commands

@Suite("Where a bucket is and who may use it is configured outside the checkout")
struct BucketSettingsTests {
  private static let text = """
    repository: s3://ships/nightly
    endpoint: https://store.example.org:9000
    region: eu-north-1
    path_style: false
    credentials_command: [/usr/bin/pass, store]
    range_cache: 512MiB
    authorities: /etc/ssl/own.pem
    """

  @Test("All keys are read from a trusted file")
  func trusted() throws {
    let text = Self.text + "\nupload_limit: 20\nstall_limit: 90s"
    let file = try ConfigurationFile.parse(text, path: "drydock.yaml", isTrusted: true)
    #expect(
      file.settings.bucket
        == BucketSettings(
          endpoint: "https://store.example.org:9000",
          region: "eu-north-1",
          isPathStyle: false,
          credentialsCommand: ["/usr/bin/pass", "store"],
          uploadLimit: 20,
          rangeCache: 512 << 20,
          stallLimit: 90,
          authorities: "/etc/ssl/own.pem"
        )
    )
    let less = BucketSettings(endpoint: "https://other", region: "x")
    let completed = BucketSettings(region: "y").completed(with: less)
    #expect(completed == BucketSettings(endpoint: "https://other", region: "y"))
  }

  @Test(
    "A size or a time that cannot be used is refused with its line",
    arguments: ["range_cache: much", "stall_limit: 0s", "stall_limit: 2h", "stall_limit: soon"]
  )
  func badValues(line: String) {
    let problem = #expect(throws: Problem.self) {
      try ConfigurationFile.parse(line, path: "drydock.yaml", isTrusted: true)
    }
    #expect(problem?.code == "configuration.bad-value")
    #expect(problem?.summary.hasPrefix("drydock.yaml:1:") == true)
  }

  @Test("A file in the checkout may set none of them", arguments: Self.text.split(separator: "\n"))
  func untrusted(line: Substring) {
    let problem = #expect(throws: Problem.self) {
      try ConfigurationFile.parse(String(line), path: "drydock.yaml", isTrusted: false)
    }
    #expect(problem?.code == "configuration.untrusted-key")
  }

  @Test("The endpoint and the region come from the configuration, the variables, the defaults")
  func service() throws {
    let find = { (endpoint: String?, region: String?, variables: [String: String]) in
      let service = try S3Service.find(
        endpoint: endpoint,
        region: region,
        isPathStyle: nil,
        bucket: "ships",
        environment: variables
      )
      return "\(service.endpoint) \(service.region) \(service.isPathStyle ? "path" : "host")"
    }
    #expect(try find(nil, nil, [:]) == "https://s3.us-east-1.amazonaws.com us-east-1 host")
    #expect(
      try find(nil, "eu-north-1", [:]) == "https://s3.eu-north-1.amazonaws.com eu-north-1 host"
    )
    let variables = ["AWS_ENDPOINT_URL": "https://a.example.org", "AWS_REGION": "r"]
    #expect(try find(nil, nil, variables) == "https://a.example.org r path")
    #expect(try find("https://b.example.org", "s", variables) == "https://b.example.org s path")
    let problem = #expect(throws: Problem.self) { try find("http://b.example.org", nil, [:]) }
    #expect(problem?.code == "usage.s3-endpoint" && problem?.kind == .usage)
  }

  @Test("A bucket has a cache of ranges where the user has a home, and none otherwise")
  func cache() throws {
    let sandbox = try Sandbox()
    sandbox.environment["DRYDOCK_REPOSITORY"] = "s3://ships/nightly"
    let store = {
      let world = sandbox.world()
      let options = SharedOptions()
      return try Context(world, Configuration.load(options, in: world), options).store()
    }
    #expect(try store() is CachedStore)
    #expect(try store().location == "s3://ships/nightly")
    let path = "home/.config/drydock/drydock.yaml"
    try sandbox.write(path, "range_cache: 0")
    #expect(try store() is S3Store, "a cache of nothing is none")
    try sandbox.write(path, "range_cache: 1GiB")
    #expect(try store() is CachedStore)
    sandbox.environment["HOME"] = nil
    #expect(try store() is S3Store)
  }
}
