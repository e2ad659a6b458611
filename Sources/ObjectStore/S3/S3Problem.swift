internal import HTTP
internal import Problems

/// What a failed request becomes for people: operation, object, the store's words, what to do.
struct S3Problem {
  /// Codes of the problems of a store behind a network.
  enum Code {
    static let unreachable = "store.unreachable"
    static let busy = "store.busy"
    static let denied = "store.access-denied"
    static let signature = "store.bad-signature"
    static let noBucket = "store.no-bucket"
    static let clock = "store.clock"
    static let region = "store.wrong-region"
    static let refused = "store.refused"
    static let answer = "store.bad-answer"
  }

  /// What was done: `read`, `store`.
  var operation: String
  /// With what: an object's name, or a word for a listing.
  var subject: String
  var location: S3Location
  var service: S3Service

  /// The problem of an answer that is no success.
  func problem(_ failure: S3Failure, attempts: Int) -> Problem {
    let (code, hint) = Self.advice(failure)
    return problem(
      code,
      failure.description + Self.after(attempts),
      hint: hint,
      isRetryable: failure.isTransient
    )
  }

  /// The problem of a request without an answer.
  func problem(_ failure: HTTPFailure, attempts: Int) -> Problem {
    problem(
      failure.kind == .tooLarge ? Code.answer : Code.unreachable,
      failure.reason + Self.after(attempts),
      hint: failure.kind == .security
        ? "Check the endpoint and its certificate; it must be one that this machine trusts."
        : "Check the endpoint, the network and the store, and run the same command again.",
      isRetryable: failure.isTransient
    )
  }

  /// The problem of an answer that no store of this kind gives.
  func badAnswer(_ reason: String) -> Problem {
    problem(Code.answer, reason, hint: "Check that the endpoint speaks S3.", isRetryable: false)
  }

  private func problem(
    _ code: String,
    _ reason: String,
    hint: String?,
    isRetryable: Bool
  ) -> Problem {
    Problem(
      code: code,
      "cannot \(operation) \(subject) in \(location)",
      reason: reason,
      facts: [
        .init("object", subject), .init("store", location.description),
        .init("endpoint", service.endpoint.description),
      ],
      hint: hint,
      isRetryable: isRetryable
    )
  }

  private static func after(_ attempts: Int) -> String {
    attempts > 1 ? " (after \(attempts) attempts)" : ""
  }

  private static func advice(_ failure: S3Failure) -> (code: String, hint: String?) {
    switch failure.code {
    case "AccessDenied", "AllAccessDisabled", "AccountProblem":
      (Code.denied, "Let these credentials do this in the bucket, or use others.")
    case "InvalidAccessKeyId", "InvalidToken", "ExpiredToken", "InvalidClientTokenId":
      (Code.denied, "The access key is not known there, or has expired: check the credentials.")
    case "SignatureDoesNotMatch":
      (Code.signature, "Check the secret key: it does not fit the access key.")
    case "NoSuchBucket":
      (Code.noBucket, "Make the bucket first, or check its name and the endpoint.")
    case "RequestTimeTooSkewed", "RequestExpired":
      (Code.clock, "This machine's clock or the store's is wrong: synchronise them.")
    case "AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect", "Redirect",
      "IllegalLocationConstraintException":
      (Code.region, "Set `region` and `endpoint` to those of the bucket.")
    default: advice(ofStatus: failure)
    }
  }

  private static func advice(ofStatus failure: S3Failure) -> (code: String, hint: String?) {
    if failure.isTransient {
      return (Code.busy, "The store is overloaded or partly down: run the same command later.")
    }
    switch failure.status {
    case 401, 403: return (Code.denied, "Let these credentials do this in the bucket.")
    case 301, 302, 307, 308:
      return (
        Code.region, "Redirects are not followed: set `region` and `endpoint` to the bucket's."
      )
    default: return (Code.refused, nil)
    }
  }
}
