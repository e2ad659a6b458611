internal import Files
internal import Foundation
internal import Problems
internal import Processes

/// A server on this machine that speaks TLS and passes everything on to another port, with a
/// certificate that it has made itself.
///
/// Ends with its last reference.
public final class TLSFront: Sendable {
  /// Passes bytes on in both directions; a thread for each connection and direction.
  private static let program = """
    import socket, ssl, sys, threading
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    def copy(source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
    def serve(connection):
        try:
            near = context.wrap_socket(connection, server_side=True)
        except OSError:
            return
        far = socket.create_connection(("127.0.0.1", int(sys.argv[3])))
        threading.Thread(target=copy, args=(far, near), daemon=True).start()
        copy(near, far)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    """

  /// A file with the certificate, which whoever trusts it may name.
  public let certificate: String
  /// The port.
  public let port: Int
  private let place: TemporaryDirectory
  private let child: Child

  /// Starts it.
  ///
  /// - Parameters:
  ///   - server: The port of the server behind it.
  ///   - names: The hosts that the certificate is for.
  /// - Throws: `tests.no-server` when it does not start.
  public init(to server: Int, names: [String]) throws {
    place = try TemporaryDirectory()
    certificate = place.path + "/certificate.pem"
    let key = place.path + "/key.pem"
    let environment = EnvironmentWhitelist(names: ["PATH"]).ofThisProcess()
    let hosts = names.map { "DNS:\($0)" }.joined(separator: ",")
    try Invocation(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=test", "-addext",
        "subjectAltName=\(hosts)",
      ],
      environment: environment
    ).run().checked()
    let log = place.path + "/log"
    try AtomicFile.write([], to: log, durability: .fast)
    guard let file = FileHandle(forWritingAtPath: log) else { throw Self.failure("no log") }
    child = try Invocation(
      "python3",
      ["-c", Self.program, certificate, key, String(server)],
      environment: environment
    ).start(log: file.fileDescriptor)
    var said = ""
    while !said.contains("\n"), try child.wait(timeLimit: .milliseconds(20)) == nil {
      said = String(decoding: try ReadableFile.contents(of: log), as: UTF8.self)
    }
    try file.close()
    guard let port = Int(said.prefix { !$0.isNewline }) else { throw Self.failure(said) }
    self.port = port
  }

  deinit { child.terminate(grace: .zero) }

  private static func failure(_ reason: String) -> Problem {
    Problem(code: "tests.no-server", "the server with TLS did not start", reason: reason)
  }
}
