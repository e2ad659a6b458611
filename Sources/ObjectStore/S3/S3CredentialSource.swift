internal import Cryptography
internal import FoundationEssentials
internal import Problems
internal import Processes

/// Where credentials come from: given, or looked up in the places that AWS's own tools use.
///
/// A program that was configured for Drydock comes first, then the variables, then the profile in
/// the shared files, and at last the program that the profile names. See the AWS SDKs and Tools
/// Reference Guide, "Credential provider chain" and "Process credential provider".
public enum S3CredentialSource: Sendable {
  /// These.
  case given(S3Credentials)
  /// The output of a program, called without a shell; its first word is an absolute path.
  case command([String], environment: [String: String])
  /// The usual variables and files.
  case surroundings([String: String])

  /// Fetches them; never prints them.
  func load() throws -> S3Credentials {
    switch self {
    case .given(let credentials): return credentials
    case .command(let words, let environment):
      guard words.first?.hasPrefix("/") == true else {
        throw Self.failure(words, "its first word must be an absolute path")
      }
      return try Self.run(words, environment)
    case .surroundings(let environment): return try Self.look(in: environment)
    }
  }

  private static func look(in environment: [String: String]) throws -> S3Credentials {
    let value = { (name: String) in environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let key = value("AWS_ACCESS_KEY_ID"), let secret = value("AWS_SECRET_ACCESS_KEY") {
      return S3Credentials(
        accessKey: key,
        secret: Secret(text: secret),
        token: value("AWS_SESSION_TOKEN").map(Secret.init(text:)),
        source: "the environment"
      )
    }
    let files = try AWSFiles(environment)
    if let key = files.credential("aws_access_key_id"),
      let secret = files.credential("aws_secret_access_key")
    {
      return S3Credentials(
        accessKey: key,
        secret: Secret(text: secret),
        token: files.credential("aws_session_token").map(Secret.init(text:)),
        source: "profile \(files.profile)"
      )
    }
    if let line = files.credential("credential_process") {
      return try run(AWSFiles.words(line), environment)
    }
    throw Problem(
      .usage,
      code: "store.no-credentials",
      "There are no credentials for the store",
      reason: "neither the environment nor profile \(files.profile) of the shared files has any",
      hint: """
        Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, write them into ~/.aws/credentials, or \
        set `credentials_command` in a trusted configuration.
        """
    )
  }

  private struct Output: Decodable {
    var Version: Int
    var AccessKeyId: String
    var SecretAccessKey: String
    var SessionToken: String?
    var Expiration: String?
  }

  private static func run(
    _ words: [String],
    _ environment: [String: String]
  ) throws -> S3Credentials {
    guard let program = words.first else { throw failure(words, "it is empty") }
    let allowed = EnvironmentWhitelist(
      names: EnvironmentWhitelist.system.names,
      prefixes: EnvironmentWhitelist.system.prefixes + ["AWS_"]
    )
    let outcome = try Invocation(
      program,
      Array(words.dropFirst()),
      environment: allowed.filtering(environment)
    ).run(output: .captured(limit: 1 << 16), timeLimit: .seconds(60))
    guard outcome.status.isSuccess else { throw failure(words, "it \(outcome.status)") }
    guard let output = try? JSONDecoder().decode(Output.self, from: Data(outcome.output)),
      output.Version == 1, !output.AccessKeyId.isEmpty, !output.SecretAccessKey.isEmpty
    else { throw failure(words, "its output is not what a credential process prints") }
    let expires = output.Expiration.map { (text: $0, time: S3Time(listed: $0)) }
    if let expires, expires.time == nil {
      throw failure(words, "its Expiration is no time in UTC such as 2030-01-31T23:59:59Z")
    }
    return S3Credentials(
      accessKey: output.AccessKeyId,
      secret: Secret(text: output.SecretAccessKey),
      token: output.SessionToken.map(Secret.init(text:)),
      expires: expires?.time?.seconds,
      source: "the program \(program)"
    )
  }

  private static func failure(_ words: [String], _ reason: String) -> Problem {
    Problem(
      .usage,
      code: "store.credentials-command",
      "The program that gives the store's credentials failed: \(words.first ?? "")",
      reason: reason,
      hint: """
        Run it by hand. It must print {"Version": 1, "AccessKeyId": ..., "SecretAccessKey": ...}, \
        with SessionToken and Expiration where they are needed.
        """
    )
  }
}
