internal import Faults
internal import Postgres

extension ConnectionSettings {
  /// Where a program of ours goes that is to meet the fault that a test wants at this point; without
  /// one, and always in a release build, the same place.
  ///
  /// It meets the real thing: a session that may write nothing, or a server that is not there.
  func meeting(_ fault: Fault?) -> ConnectionSettings {
    switch fault {
    case nil: self
    case .error, .fullDisk: with("options", "-c default_transaction_read_only=on")
    case .lostConnection, .serverCrash: with("port", "1")
    }
  }
}
