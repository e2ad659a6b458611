import Cryptography
import Files
import Problems
import Testing

@testable import ObjectStore

@Suite("Credentials come from the usual places and are never shown")
struct S3CredentialTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ name: String, _ text: String) throws -> String {
    let path = directory.path + "/" + name
    try Directory.create(Directory.parent(of: path))
    try AtomicFile.write(Array(text.utf8), to: path, durability: .fast)
    return path
  }

  private func shown(_ credentials: S3Credentials) -> [String] {
    let text = { (secret: Secret) in
      secret.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) }
    }
    return [credentials.accessKey, text(credentials.secret), credentials.token.map(text) ?? "-"]
  }

  private let file = """
    # comment
    [default]
    aws_access_key_id = AK:one
    aws_secret_access_key = a/b+c=

    [night]
      indented = no
    aws_access_key_id=AK2
    aws_secret_access_key=s2
    aws_session_token = t2==
    """

  @Test("The environment comes before the files, and a profile is chosen by name")
  func order() throws {
    _ = try write(".aws/credentials", file)
    let home = ["HOME": directory.path]
    let load = { (more: [String: String]) in
      shown(try S3CredentialSource.surroundings(home.merging(more) { $1 }).load())
    }
    #expect(try load([:]) == ["AK:one", "a/b+c=", "-"])
    #expect(try load(["AWS_PROFILE": "night"]) == ["AK2", "s2", "t2=="])
    let variables = ["AWS_ACCESS_KEY_ID": "AK3", "AWS_SECRET_ACCESS_KEY": "s3"]
    #expect(try load(variables) == ["AK3", "s3", "-"])
    #expect(
      try load(variables.merging(["AWS_SESSION_TOKEN": "t"]) { $1 }) == ["AK3", "s3", "t"]
    )
    let other = try write("other", "[default]\naws_access_key_id=x\naws_secret_access_key=y\n")
    #expect(try load(["AWS_SHARED_CREDENTIALS_FILE": other]) == ["x", "y", "-"])
  }

  @Test("A program gives them, with a token and an end; an end that nears has it asked again")
  func command() throws {
    let program = try write(
      "give",
      """
      #!/bin/sh
      echo run >> \(directory.path)/runs
      echo '{"Version": 1, "AccessKeyId": "'$1'", "SecretAccessKey": "s/+=", "SessionToken": "t",
        "Expiration": "2030-01-01T00:00:00Z"}'
      """
    )
    let command = S3CredentialSource.command(["/bin/sh", program, "AK"], environment: [:])
    let credentials = try command.load()
    #expect(shown(credentials) == ["AK", "s/+=", "t"] && credentials.expires == 1_893_456_000)
    let keeper = S3CredentialKeeper(command)
    let runs = { try ReadableFile.contents(of: directory.path + "/runs").count / 4 }
    for now in [0, 1_893_455_699] as [Int64] { _ = try keeper.current(now: now) }
    #expect(try runs() == 2, "one for the first test, one for the keeper")
    _ = try keeper.current(now: 1_893_455_700)
    #expect(try runs() == 3)
    keeper.forget()
    _ = try keeper.current(now: 0)
    #expect(try runs() == 4)
    let configuration = try write(
      "config",
      "[profile day]\nregion = eu-north-1\ncredential_process = /bin/sh \"\(program)\" 'A B'\n"
    )
    let fromProfile = try S3CredentialSource.surroundings([
      "AWS_PROFILE": "day", "AWS_CONFIG_FILE": configuration,
    ]).load()
    #expect(shown(fromProfile) == ["A B", "s/+=", "t"])
    #expect(
      try AWSFiles(["AWS_PROFILE": "day", "AWS_CONFIG_FILE": configuration]).setting("region")
        == "eu-north-1"
    )
  }

  @Test(
    "A program that fails, or prints something else, is named without its output",
    arguments: [
      ["/bin/sh", "-c", "echo hush; exit 3"], ["/bin/sh", "-c", "echo hush"], ["sh"],
      [
        "/bin/sh", "-c",
        "echo '{\"Version\":2,\"AccessKeyId\":\"hush\",\"SecretAccessKey\":\"w\"}'",
      ],
      [
        "/bin/sh", "-c", "echo '{\"Version\":1,\"AccessKeyId\":\"hush\",\"SecretAccessKey\":\"\"}'",
      ],
    ]
  )
  func badCommand(words: [String]) {
    let problem = #expect(throws: Problem.self) {
      try S3CredentialSource.command(words, environment: [:]).load()
    }
    #expect(problem?.code == "store.credentials-command" && problem?.kind == .usage)
    #expect(problem?.description.contains("hush") == false)
  }

  @Test("Without any, the problem says where they were looked for")
  func none() {
    let problem = #expect(throws: Problem.self) {
      try S3CredentialSource.surroundings(["HOME": directory.path, "AWS_PROFILE": "x"]).load()
    }
    #expect(problem?.code == "store.no-credentials" && problem?.reason?.contains("x") == true)
  }

  @Test("Nothing that holds a secret shows it")
  func hidden() {
    let credentials = S3Credentials(
      accessKey: "AK",
      secret: Secret(text: "hush-hush"),
      token: Secret(text: "hush-hush")
    )
    var dumped = ""
    dump(credentials, to: &dumped)
    #expect(!"\(credentials) \(dumped)".contains("hush"))
    #expect(!"\(S3CredentialSource.given(credentials))".contains("hush"))
  }
}
