internal import Postgres
internal import Problems
internal import Rehearsal

extension RehearsalOptions {
  /// The server on which the scratch is to be; nil for one that Drydock starts.
  func server(in context: Context) throws -> ConnectionSettings? {
    switch scratchServer {
    case nil: context.configuration.scratchServer
    case "own": nil
    case .some(let address): try ConnectionSettings.server(address, .commandLine)
    }
  }
}

extension ConnectionSettings {
  /// The server and who connects, without the database.
  var place: String {
    let text = "\(self)"
    return text.lastIndex(of: "/").map { String(text[..<$0]) } ?? text
  }
}

extension RehearsalSession {
  /// Refuses a scratch that Drydock does not isolate, unless that was accepted.
  ///
  /// A gate runs what strangers wrote in a pull request, so it must not even begin.
  func requireSafeServer() throws {
    guard let server, !policy.allowsUnsafeScratch else { return }
    throw Problem(
      .refused,
      code: "gate.unsafe-scratch",
      "the scratch is to be on \(server.place), which nobody keeps apart",
      reason:
        "what the snapshot and the patches execute there can reach whatever that server reaches",
      hint:
        "Accept that with --unsafe-scratch where the server holds nothing else, such as a service"
        + " container of this job; or rehearse on one of Drydock's own: --scratch-server own."
    )
  }

  /// Warns of such a scratch, for somebody who rehearses patches of his own.
  mutating func acceptServer() {
    guard let server else { return }
    context.warn(
      "the scratch is on \(server.place): what the snapshot and the patches execute there can reach whatever"
        + " that server reaches"
    )
    policy.allowsUnsafeScratch = true
  }
}
