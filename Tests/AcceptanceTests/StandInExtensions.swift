import Cluster
import Foundation
import Postgres
import TestSupport

/// Extensions that the build of 18 lacks, as far as no test's data depend on how they work.
///
/// They lie in `fixtures/extensions`; 18 finds them through `extension_control_path`, so nothing is
/// installed. The server's user may not read the package, so its server gets a copy, which goes with it.
enum StandInExtensions {
  /// Lets sessions of a database find them, behind those that the server has itself.
  static func offer(to database: ConnectionSettings, on server: TestServer) throws {
    guard server == .v18, let name = database.keywords["dbname"] else { return }
    let path = SQL.literal("$system:\(try directory.get())")
    try Connection.open(database).execute(
      "ALTER DATABASE \(SQL.identifier(name)) SET extension_control_path = \(path)"
    )
  }

  /// The copy for the shared server of 18, made once.
  private static let directory = Result {
    let place = "\(try TestServer.v18.shared().path)/extensions"
    try FileManager.default.copyItem(
      atPath: "\(SharedInputs.packageRoot)/fixtures/extensions",
      toPath: place
    )
    return place
  }
}
