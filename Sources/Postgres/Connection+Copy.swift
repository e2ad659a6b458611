internal import CLibPQ
private import Faults

#if canImport(Glibc)
private import Glibc
#else
private import Darwin
#endif

extension Connection {
  /// Streams `COPY ... TO STDOUT`: lends each message, one row in text format, to `body`.
  ///
  /// The span is valid during the call only. When `body` throws, the statement is cancelled and its
  /// rest read away, so that the connection stays usable; a transaction around it has then failed.
  /// A row of more than 32 MiB waits at the connection's gate: while it arrives, where libpq lets
  /// that be seen, and at the latest before it is lent.
  /// - Returns: how many rows came.
  @discardableResult
  public func copyOut(_ sql: String, _ body: (Span<UInt8>) throws -> Void) throws -> Int {
    try meet(FaultPoint.pass("statement before: \(sql.prefix(120))", on: strand))
    try begin(sql, expecting: PGRES_COPY_OUT)
    var rows = 0
    do {
      while try nextCopyMessage(body) { rows += 1 }
    } catch {
      canceller.cancel()
      drain()
      throw error
    }
    try finish()
    try meet(FaultPoint.pass("statement after: \(sql.prefix(120))", on: strand))
    return rows
  }

  /// Streams `COPY ... FROM STDIN`: `body` writes as many bytes as it likes through the writer.
  ///
  /// Back-pressure is libpq's: in blocking mode a write waits until the server has taken enough.
  /// When `body` throws, the server is told to fail the COPY, and the error is thrown on.
  /// - Returns: how many rows the server stored.
  @discardableResult
  public func copyIn(_ sql: String, _ body: (CopyWriter) throws -> Void) throws -> Int {
    try meet(FaultPoint.pass("statement before: \(sql.prefix(120))", on: strand))
    try begin(sql, expecting: PGRES_COPY_IN)
    do {
      try body(CopyWriter(connection: self))
    } catch {
      _ = unsafe PQputCopyEnd(handle, "the sender stopped")
      drain()
      throw error
    }
    guard unsafe PQputCopyEnd(handle, nil) == 1 else { throw unsafe Self.connectionError(handle) }
    let rows = try finish()
    try meet(FaultPoint.pass("statement after: \(sql.prefix(120))", on: strand))
    return rows
  }

  private func begin(_ sql: String, expecting: ExecStatusType) throws(PostgresError) {
    try requireNoZeroByte(sql)
    guard let result = unsafe PQexec(handle, sql) else {
      throw unsafe Self.connectionError(handle)
    }
    defer { unsafe PQclear(result) }
    try unsafe check(result)
    guard unsafe PQresultStatus(result) == expecting else {
      throw PostgresError(message: "the statement is not the COPY that was expected")
    }
  }

  private func nextCopyMessage(_ body: (Span<UInt8>) throws -> Void) throws -> Bool {
    var buffer: UnsafeMutablePointer<CChar>?
    var count = Int(unsafe PQgetCopyData(handle, &buffer, 1))
    var arrived = 0
    var isInside = false
    defer { if isInside { gate.leave() } }
    while count == 0 {
      arrived += try takeInput()
      if arrived > LargeRowGate.limit, !isInside {
        gate.enter()
        isInside = true
      }
      count = Int(unsafe PQgetCopyData(handle, &buffer, 1))
    }
    // libpq may take in more at once than could be seen waiting.
    if count > LargeRowGate.limit, !isInside {
      gate.enter()
      isInside = true
    }
    guard count > 0, let start = unsafe buffer else {
      if count == -2 { throw unsafe Self.connectionError(handle) }
      return false
    }
    defer { unsafe PQfreemem(start) }
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
      .bindMemory(to: UInt8.self)
    try body(unsafe Span(_unsafeElements: bytes))
    return true
  }

  /// Waits for the server and takes in what it has sent; returns how many bytes that was at least.
  ///
  /// No wait is longer than 100 ms, since bytes that TLS has deciphered already are in libpq, where
  /// `poll` cannot see them (manual, `PQconsumeInput`).
  private func takeInput() throws(PostgresError) -> Int {
    let socket = unsafe PQsocket(handle)
    var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    let started = ContinuousClock.now
    _ = unsafe poll(&descriptor, 1, 100)
    waited += ContinuousClock.now - started
    var waiting: Int32 = 0
    _ = unsafe ioctl(socket, UInt(FIONREAD), &waiting)
    guard unsafe PQconsumeInput(handle) == 1 else { throw unsafe Self.connectionError(handle) }
    return Int(waiting)
  }

  /// Reads the results that end a COPY; the error among them, if any, is thrown after the last.
  @discardableResult
  private func finish() throws(PostgresError) -> Int {
    var failure: PostgresError?
    var rows = 0
    while let result = unsafe PQgetResult(handle) {
      defer { unsafe PQclear(result) }
      do throws(PostgresError) { try unsafe check(result) } catch { failure = error }
      rows = unsafe PQcmdTuples(result).flatMap { unsafe Int(String(cString: $0)) } ?? rows
    }
    if let failure { throw failure }
    return rows
  }

  /// Reads away what a broken-off COPY still sends.
  private func drain() {
    var buffer: UnsafeMutablePointer<CChar>?
    while unsafe PQgetCopyData(handle, &buffer, 0) > 0 {
      unsafe PQfreemem(buffer)
      unsafe buffer = nil
    }
    while let result = unsafe PQgetResult(handle) { unsafe PQclear(result) }
  }
}

/// The sending end of a `COPY ... FROM STDIN`.
public struct CopyWriter {
  fileprivate let connection: Connection

  /// Sends bytes; they need not end at the end of a row.
  public func write(_ bytes: Span<UInt8>) throws(PostgresError) {
    let sent = unsafe bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, unsafe !bytes.isEmpty else { return Int32(1) }
      return unsafe PQputCopyData(
        connection.handle,
        start.assumingMemoryBound(to: CChar.self),
        Int32(bytes.count)
      )
    }
    guard sent == 1 else { throw unsafe Connection.connectionError(connection.handle) }
  }

  /// Sends an array.
  public func write(_ bytes: [UInt8]) throws(PostgresError) { try write(bytes.span) }
}
