internal import Postgres
internal import Problems
internal import Processes
internal import Snapshot
internal import Restoration

/// Runs hooks on a scratch, behind the same walls as the scratch's own server.
///
/// A hook gets nothing that leads to production: an environment made anew, in which libpq's
/// variables and `DRYDOCK_SCRATCH_URL` name the scratch, and libpq's files are looked for where there
/// are none; no network, and another user where Drydock runs as root.
struct HookRun {
  let scratch: any Scratch
  let migrator: String
  let tenant: String?

  /// How much of a hook's words a verdict repeats.
  private static let lines = 12
  private static let tail = 16 << 10

  /// Runs one to its end.
  ///
  /// That it fails is a result; a `Problem` is thrown where somebody asked to stop.
  func run(_ hook: RehearsalHooks.Hook, _ moment: RehearsalHooks.Moment) throws -> HookObservation {
    let started = ContinuousClock.now
    let before = try moment == .before ? lastTransaction() : nil
    var failure = try failure(of: hook, moment)
    if failure == nil, let before, try lastTransaction() != before {
      failure =
        "it wrote to the scratch: what runs before the patches may only look, or they would not be"
        + " rehearsed on production's data"
    }
    return HookObservation(
      moment: moment,
      name: hook.name,
      seconds: started.secondsAgo,
      failure: failure
    )
  }

  private func failure(
    of hook: RehearsalHooks.Hook,
    _ moment: RehearsalHooks.Moment
  ) throws -> String? {
    guard var invocation = scratch.client(hook.words[0], Array(hook.words.dropFirst())) else {
      throw Self.notHere
    }
    for (name, value) in variables(moment, home: invocation.directory ?? "/nonexistent") {
      invocation.environment[name] = value
    }
    var said: [UInt8] = []
    do {
      let outcome = try invocation.run(
        output: .streamed { piece in
          for index in piece.indices { said.append(piece[index]) }
          if said.count > 2 * Self.tail { said.removeFirst(said.count - Self.tail) }
        },
        timeLimit: .seconds(hook.limit)
      )
      guard !outcome.status.isSuccess else { return nil }
      return Self.words("\(outcome.status)", outcome.errors, said)
    } catch let problem as Problem where problem.kind != .interrupted {
      return Self.words(problem.summary, problem.reason ?? "", said)
    }
  }

  /// Where the hook is led, and away from where.
  private func variables(
    _ moment: RehearsalHooks.Moment,
    home: String
  ) -> [String: String] {
    let settings = scratch.settings(role: migrator)
    let readOnly = moment == .before ? "-c default_transaction_read_only=on" : nil
    var variables = [
      "DRYDOCK_SCRATCH_URL": Self.address(settings, options: readOnly),
      "DRYDOCK_HOOK": moment.rawValue,
      "PGHOST": settings.keywords["host"] ?? "", "PGPORT": settings.keywords["port"] ?? "",
      "PGDATABASE": settings.keywords["dbname"] ?? "", "PGUSER": migrator, "PGSSLMODE": "disable",
      // Files that are not there: libpq would look for them in the user's home and in /etc.
      "HOME": home, "PGPASSFILE": "\(home)/.pgpass", "PGSERVICEFILE": "\(home)/.pg_service.conf",
      "PGSYSCONFDIR": home,
    ]
    variables["PGOPTIONS"] = readOnly
    variables["DRYDOCK_TENANT"] = tenant
    return variables
  }

  /// A URL as libpq and most drivers read it (manual, 34.1.1.2 "Connection URIs").
  static func address(_ settings: ConnectionSettings, options: String?) -> String {
    let value = { (key: String) in encoded(settings.keywords[key] ?? "") }
    let more = options.map { "&options=\(encoded($0))" } ?? ""
    return "postgresql://\(value("user"))@/\(value("dbname"))?host=\(value("host"))"
      + "&port=\(value("port"))&sslmode=disable\(more)"
  }

  /// Everything but letters, digits and `-._~` as `%` and two digits (RFC 3986, 2.3).
  private static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain =
        byte < 0x80
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "-._~".unicodeScalars.contains(scalar))
      guard !isPlain else { return String(Character(scalar)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return digits.utf8.count < 2 ? "%0\(digits)" : "%\(digits)"
    }.joined()
  }

  /// The number that the next writing transaction gets: nobody wrote where it stays the same.
  ///
  /// The scratch has no autovacuum, and nobody else works there.
  private func lastTransaction() throws -> String? {
    do throws(PostgresError) {
      return try Connection.open(scratch.administration).execute(
        "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())"
      ).value
    } catch {
      throw error.problem("cannot look at the scratch")
    }
  }

  /// How it ended, and the last lines of what it said: its errors, or else its output.
  private static func words(_ ending: String, _ errors: String, _ said: [UInt8]) -> String {
    let output = String(decoding: said.suffix(tail), as: UTF8.self)
    let text = errors.contains { !$0.isWhitespace } ? errors : output
    let last = text.split(whereSeparator: \.isNewline).suffix(lines).joined(separator: "\n")
    return last.isEmpty ? ending : "\(ending): \(last)"
  }

  /// Where nothing keeps a program away from production.
  static let notHere = Problem(
    .refused,
    code: "rehearsal.hooks-need-own-scratch",
    "hooks of a rehearsal run only on a scratch server that drydock starts",
    reason: "beside a server that was named, nothing would keep them away from production",
    hint: "Rehearse with --scratch-server own, or take 'rehearsal_hooks' out of the configuration."
  )
}
