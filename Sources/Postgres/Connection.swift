internal import CLibPQ
internal import Faults
private import Synchronization

/// One libpq connection, which closes itself.
///
/// Every call blocks until the server has answered, so a connection lives on a lane of its own: see
/// `Session`. It is not `Sendable`; only its `Canceller` may be used from another thread.
@safe public final class Connection {
  let handle: OpaquePointer
  let notices: NoticeBox
  /// Its statements are fault points of one strand.
  let strand = FaultPoint.newStrand()
  /// Cancels what this connection runs, from any thread.
  public let canceller: Canceller
  /// The settings that it was opened with.
  public let settings: ConnectionSettings
  /// Where the large rows of this connection wait for those of others.
  public var gate = LargeRowGate.shared
  var waited = Duration.zero

  /// How long `copyOut` has waited for the server until now, in seconds.
  public var secondsWaited: Double { waited / .seconds(1) }

  private init(owning handle: OpaquePointer, settings: ConnectionSettings) {
    unsafe self.handle = unsafe handle
    self.settings = settings
    canceller = unsafe Canceller(handle)
    notices = NoticeBox()
    let context = unsafe Unmanaged.passUnretained(notices).toOpaque()
    unsafe PQsetNoticeReceiver(handle, receiveNotice, context)
  }

  deinit { unsafe PQfinish(handle) }

  /// Connects, waiting at most 10 s for each host unless the settings or `PGCONNECT_TIMEOUT` say
  /// otherwise.
  ///
  /// The session announces itself as `drydock` and is told to send no secret back: a password
  /// comes from the settings, `~/.pgpass` or the environment, read by libpq itself.
  public static func open(_ settings: ConnectionSettings) throws(PostgresError) -> Connection {
    var keywords = settings.keywords
    keywords["fallback_application_name"] = "drydock"
    // Names and messages are UTF-8 here; rows travel in the database's own encoding, see COPY.
    keywords["client_encoding"] = "UTF8"
    keywords.merge(Self.timeLimits) { given, _ in given }
    let names = Array(keywords.keys)
    let values = names.map { keywords[$0] ?? "" }
    let opened = unsafe withCStrings(names) { names in
      unsafe withCStrings(values) { values in unsafe PQconnectdbParams(names, values, 0) }
    }
    guard let handle = unsafe opened else {
      throw PostgresError(message: "libpq could not allocate a connection")
    }
    guard unsafe PQstatus(handle) == CONNECTION_OK else {
      defer { unsafe PQfinish(handle) }
      throw unsafe connectionError(handle)
    }
    return unsafe Connection(owning: handle, settings: settings)
  }

  /// How long libpq waits for a server that does not answer, or that has gone without a word.
  ///
  /// By the system's own limits a connection whose server has lost its power is waited for for more
  /// than two hours (tcp(7)); with these it is given up after six minutes, and no firewall between
  /// takes one for idle that holds a snapshot meanwhile.
  private static var timeLimits: [String: String] {
    var limits = [
      "connect_timeout": "10", "keepalives_idle": "60", "keepalives_interval": "30",
      "keepalives_count": "10",
    ]
    if ConnectionSettings.isTimeLimitInherited { limits["connect_timeout"] = nil }
    return limits
  }

  /// The server's version number, 150020 for 15.20 (manual, `PQserverVersion`).
  public var serverVersion: Int { Int(unsafe PQserverVersion(handle)) }
  /// The server's major version.
  public var serverMajor: Int { serverVersion / 10000 }
  /// The process id of the server's backend.
  public var backendPID: Int { Int(unsafe PQbackendPID(handle)) }

  /// A setting that the server reports by itself, such as `server_encoding` (manual, 34.2).
  public func reported(_ name: String) -> String? {
    unsafe PQparameterStatus(handle, name).map { unsafe String(cString: $0) }
  }

  /// What libpq really used, after service file, environment and defaults; without a password.
  public var effectiveSettings: ConnectionSettings {
    guard let options = unsafe PQconninfo(handle) else { return settings }
    defer { unsafe PQconninfoFree(options) }
    var found = unsafe ConnectionSettings.values(of: options)
    found["password"] = settings.keywords["password"]
    return ConnectionSettings(keywords: found)
  }

  /// Whether the session is inside a transaction, failed ones included (`PQtransactionStatus`).
  public var isInTransaction: Bool {
    let status = unsafe PQtransactionStatus(handle)
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
  }

  /// Whether a statement of the open transaction has failed (`PQtransactionStatus`).
  var hasFailed: Bool { unsafe PQtransactionStatus(handle) == PQTRANS_INERROR }

  /// Runs statements without parameters and returns the last result.
  ///
  /// Several statements may stand in one text; the server runs them as one transaction.
  @discardableResult
  public func execute(_ sql: String) throws(PostgresError) -> Rows {
    try meet(FaultPoint.pass("statement before: \(sql.prefix(120))", on: strand))
    try requireNoZeroByte(sql)
    let rows = try unsafe take(PQexec(handle, sql))
    try meet(FaultPoint.pass("statement after: \(sql.prefix(120))", on: strand))
    return rows
  }

  /// Runs statements and passes over the errors that the caller expects.
  ///
  /// - Parameters:
  ///   - sql: the statements.
  ///   - expected: SQLSTATEs that are no error here.
  /// - Returns: whether the statements succeeded.
  /// - Throws: every other error.
  @discardableResult
  public func execute(
    _ sql: String,
    expecting expected: Set<String>
  ) throws(PostgresError) -> Bool {
    do {
      try execute(sql)
      return true
    } catch {
      guard let state = error.sqlState, expected.contains(state) else { throw error }
      return false
    }
  }

  /// Runs one statement with parameters (`$1`, `$2`, ...) and returns its rows as text.
  @discardableResult
  public func query(_ sql: String, _ parameters: [Parameter]) throws(PostgresError) -> Rows {
    try meet(FaultPoint.pass("statement before: \(sql.prefix(120))", on: strand))
    let rows = try unsafe take(run(sql, parameters, binary: false))
    try meet(FaultPoint.pass("statement after: \(sql.prefix(120))", on: strand))
    return rows
  }

  /// The first value of one statement's result as raw bytes; for `bytea`, without hexadecimal.
  public func bytes(_ sql: String, _ parameters: [Parameter]) throws(PostgresError) -> [UInt8]? {
    try meet(FaultPoint.pass("statement before: \(sql.prefix(120))", on: strand))
    guard let result = try unsafe run(sql, parameters, binary: true) else {
      throw unsafe Self.connectionError(handle)
    }
    defer { unsafe PQclear(result) }
    try unsafe check(result)
    try meet(FaultPoint.pass("statement after: \(sql.prefix(120))", on: strand))
    guard unsafe PQntuples(result) > 0, unsafe PQgetisnull(result, 0, 0) == 0,
      let start = unsafe PQgetvalue(result, 0, 0)
    else { return nil }
    let count = Int(unsafe PQgetlength(result, 0, 0))
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Takes the notices that arrived since the last call, oldest first, at most a thousand.
  public func takeNotices() -> [Notice] { notices.take() }

  /// Refuses what libpq would cut at a zero byte in silence: the rest of a statement, a WHERE
  /// perhaps, or of a value would be lost.
  func requireNoZeroByte(
    _ sql: String,
    _ parameters: [Parameter] = []
  ) throws(PostgresError) {
    guard sql.utf8.contains(0) || parameters.contains(where: \.holdsZeroByte) else { return }
    throw PostgresError(
      sqlState: "22021",
      message: "a text holds a zero byte, which PostgreSQL neither stores nor reads in a statement"
    )
  }

  private func run(
    _ sql: String,
    _ parameters: [Parameter],
    binary: Bool
  ) throws(PostgresError) -> OpaquePointer? {
    try requireNoZeroByte(sql, parameters)
    let values = parameters.map(\.wireBytes)
    let lengths = values.map { Int32($0.map { $0.count - 1 } ?? 0) }
    let formats = parameters.map { parameter -> Int32 in
      if case .bytes = parameter { 1 } else { 0 }
    }
    return unsafe withPointers(values) { pointers in
      unsafe PQexecParams(
        handle,
        sql,
        Int32(parameters.count),
        nil,
        pointers,
        lengths,
        formats,
        binary ? 1 : 0
      )
    }
  }

  private func take(_ result: OpaquePointer?) throws(PostgresError) -> Rows {
    guard let result = unsafe result else { throw unsafe Self.connectionError(handle) }
    defer { unsafe PQclear(result) }
    try unsafe check(result)
    try unsafe requireNoCopy(result)
    return unsafe Rows(result)
  }

  /// Refuses a COPY to or from us: its rows would be left out in silence.
  ///
  /// What has begun ends with the next statement, whatever that is (`PQexec`).
  private func requireNoCopy(_ result: OpaquePointer) throws(PostgresError) {
    let status = unsafe PQresultStatus(result)
    guard status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH else {
      return
    }
    throw PostgresError(
      sqlState: "0A000",
      message: "a COPY whose rows go to the client, or come from it, is not possible here"
    )
  }

  func check(_ result: OpaquePointer) throws(PostgresError) {
    let status = unsafe PQresultStatus(result)
    if status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE {
      let error = unsafe PostgresError(result, lost: PQstatus(handle) == CONNECTION_BAD)
      if error.isCancelled { canceller.relent() }
      throw error
    }
  }

  static func connectionError(_ handle: OpaquePointer) -> PostgresError {
    let text = unsafe String(cString: PQerrorMessage(handle))
    let message = text.split(whereSeparator: \.isNewline)
      .map { $0.drop(while: \.isWhitespace) }.joined(separator: "; ")
    return PostgresError(
      sqlState: authenticationState(message),
      message: message,
      isConnectionLost: true
    )
  }

  /// libpq gives no SQLSTATE for a refused connection, so the well-known refusals are told by text.
  private static func authenticationState(_ message: String) -> String? {
    if message.contains("password authentication failed") || message.contains("no password") {
      return "28P01"
    }
    if message.contains("no pg_hba.conf entry") || message.contains("role \"") { return "28000" }
    if message.contains("database \"") && message.contains("does not exist") { return "3D000" }
    if message.contains("too many clients") || message.contains("remaining connection slots") {
      return "53300"
    }
    if message.contains("starting up") || message.contains("shutting down") { return "57P03" }
    return nil
  }
}
