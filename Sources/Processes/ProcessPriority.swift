internal import CSpawn
internal import Glibc
internal import Problems

/// How this process gives way to other work of the machine.
///
/// Children inherit it. An unprivileged process can give way further and never take it back.
public enum ProcessPriority: String, Sendable, CaseIterable {
  /// Only what nobody else wants: nice 19, and the disk when it is idle.
  case idle
  /// Less than others: nice 10, and the lowest level of the disk's usual class.
  case low
  /// Like everybody.
  case normal

  /// The nice value (setpriority(2)).
  public var niceness: Int32 {
    switch self {
    case .idle: 19
    case .low: 10
    case .normal: 0
    }
  }

  /// The class and level for input and output (ioprio_set(2)); nil for what the nice value gives.
  ///
  /// Only some schedulers of the kernel know them, BFQ among them.
  private var inputOutput: Int32? {
    let (bestEffort, idle, shift): (Int32, Int32, Int32) = (2, 3, 13)
    return switch self {
    case .idle: idle << shift
    case .low: bestEffort << shift | 7
    case .normal: nil
    }
  }

  /// Gives this process the priority; `normal` leaves it as it was started.
  ///
  /// On Linux both calls reach one thread, and a thread inherits from the one that made it, so all that
  /// there are get them, until no new one is found.
  ///
  /// - Throws: `processes.system-error` where the system refuses.
  public func apply() throws {
    guard let inputOutput else { return }
    var done: Set<id_t> = []
    while true {
      let threads = try Self.threads().subtracting(done)
      if threads.isEmpty { return }
      for thread in threads {
        try Self.lower(thread, to: niceness, inputOutput)
        done.insert(thread)
      }
    }
  }

  private static func lower(_ thread: id_t, to niceness: Int32, _ inputOutput: Int32) throws {
    let own = Int32(PRIO_PROCESS.rawValue)
    let wanted = max(niceness, getpriority(own, thread))
    let failed =
      setpriority(own, thread, wanted) != 0
      || drydock_ioprio_set(Int32(bitPattern: thread), inputOutput) != 0
    // One that has ended since is none.
    guard failed, errno != ESRCH else { return }
    throw Problem(systemError: errno, "The priority of this process could not be lowered")
  }

  /// The threads of this process (proc(5)).
  private static func threads() throws -> Set<id_t> {
    guard let directory = unsafe opendir("/proc/self/task") else {
      throw Problem(systemError: errno, "The threads of this process could not be listed")
    }
    defer { unsafe closedir(directory) }
    var found: Set<id_t> = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if let number = id_t(name) { found.insert(number) }
    }
    return found
  }
}
