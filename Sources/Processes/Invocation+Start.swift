internal import CSpawn
internal import Glibc
public import Problems

extension Invocation {
  /// Starts a child that goes on by itself, and returns a handle on it.
  ///
  /// Standard input is closed; standard output and standard error go to `log`, an open descriptor
  /// that stays the caller's to close, or nowhere. The child outlives its handle: whoever starts it
  /// ends it. Throws `processes.not-found` and `processes.not-started`.
  public func start(log: Int32? = nil) throws(Problem) -> Child {
    try withNull { (null) throws(Problem) in
      let sink = log ?? null
      return try spawn(standardInput: null, standardOutput: sink, standardError: sink)
    }
  }

  /// Lends an open `/dev/null`.
  func withNull<Result, Failure: Error>(
    _ body: (Int32) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    return try body(null)
  }

  /// Starts the child with these three descriptors and no others.
  ///
  /// With a terminal, the child's group has it from its first moment on (tcsetpgrp(3)), and a person
  /// cannot stop it, since nobody would be there to let it go on.
  func spawn(
    standardInput: Int32,
    standardOutput: Int32,
    standardError: Int32,
    terminal: Int32? = nil
  ) throws(Problem) -> Child {
    let words = confinement.prefix + [program] + arguments
    try refuseNulBytes(words)
    _ = try ProgramPath.find(program)
    let path = try ProgramPath.find(words[0])

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if let terminal {
      unsafe posix_spawn_file_actions_addtcsetpgrp_np(&actions, terminal)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, standardInput, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, standardOutput, STDOUT_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, standardError, STDERR_FILENO)
    unsafe posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
    if let directory {
      _ = unsafe posix_spawn_file_actions_addchdir_np(&actions, directory)
    }

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    setOwnGroupAndDefaultSignals(&attributes, save: terminal == nil ? nil : SIGTSTP)

    var pid: pid_t = 0
    let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let failure = unsafe withCStrings(words) { arguments in
      unsafe withCStrings(variables) { environment in
        unsafe posix_spawn(&pid, path, &actions, &attributes, arguments, environment)
      }
    }
    guard failure == 0 else {
      throw Problem(
        code: "processes.not-started",
        "\(program) could not be started",
        reason: unsafe String(cString: strerror(failure)),
        facts: directory.map { [Problem.Fact("directory", $0)] } ?? []
      )
    }
    return Child(pid: pid, program: program)
  }

  private func refuseNulBytes(_ words: [String]) throws(Problem) {
    let variables = environment.flatMap { [$0.key, $0.value] }
    guard (words + variables).contains(where: { $0.utf8.contains(0) }) else { return }
    throw Problem(
      code: "processes.nul-in-argument",
      "\(program) cannot be given an argument with a NUL byte",
      reason: "the system ends a text at its first NUL, so the program would see another one"
    )
  }
}

/// A group of its own, so that it can be stopped whole; no signal blocked or ignored by our doing,
/// save one that is meant.
private func setOwnGroupAndDefaultSignals(
  _ attributes: inout posix_spawnattr_t,
  save kept: Int32?
) {
  var none = sigset_t()
  unsafe sigemptyset(&none)
  var all = sigset_t()
  unsafe sigfillset(&all)
  if let kept { unsafe sigdelset(&all, kept) }
  unsafe posix_spawnattr_setsigmask(&attributes, &none)
  unsafe posix_spawnattr_setsigdefault(&attributes, &all)
  unsafe posix_spawnattr_setpgroup(&attributes, 0)
  let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
  unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
}

/// Lends texts as the null-terminated array of C strings that exec(3) wants.
private func withCStrings<Result>(
  _ texts: [String],
  _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = unsafe texts.map { unsafe strdup($0) }
  unsafe pointers.append(nil)
  defer { unsafe pointers.forEach { unsafe free($0) } }
  return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
    guard let first = buffer.baseAddress else { preconditionFailure("the array holds a nil") }
    return unsafe body(first)
  }
}
