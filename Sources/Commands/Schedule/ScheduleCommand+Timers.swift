internal import Bytes
internal import Files
internal import FoundationEssentials
internal import Problems
internal import Schedule
internal import Terminal

/// Writing what wakes the plan: units of systemd, or lines of a crontab.
extension ScheduleCommand {
  /// Prints the units, or writes them and says what to do next.
  func writeUnits(_ session: PlanSession) throws -> ExitStatus {
    let context = session.context
    warnOfVariables(session)
    let units = SystemdUnits(session.plan, try caller(session))
    guard let directory else {
      let texts = units.files.map { "# --- \($0.name)\n\($0.text)" }
      context.world.output.write(texts.joined(separator: "\n"))
      return .done
    }
    for file in units.files {
      try AtomicFile.write(
        Array(file.text.utf8),
        to: "\(context.absolute(directory))/\(file.name)",
        mode: 0o644
      )
    }
    let control = user == nil ? "systemctl --user" : "systemctl"
    context.note(
      """
      wrote \(units.files.count) units to \(directory); to begin:
        \(control) daemon-reload
        \(control) enable --now \(ShellWords.quoted(units.timers))
      """
    )
    return .done
  }

  /// How a timer comes to the same plan as this call.
  func caller(_ session: PlanSession) throws -> PlanCaller {
    let configuration = session.context.configuration
    // The plan is believed from one file alone: the named one, or the one outside of the checkout.
    var options = configuration.files.last.map { ["--config", $0] } ?? []
    var passphraseFile: String?
    if case .file(let path) = configuration.passphrase { passphraseFile = path }
    // A path in the file is seen from where the program is called, and a timer calls it elsewhere.
    let relative = { (path: String?) -> String? in
      path.flatMap { session.context.absolute($0) == $0 ? nil : $0 }
    }
    let given: [(String, String?)] = [
      ("--profile", configuration.profile),
      ("--repository", shared.repository ?? relative(configuration.repository)),
      ("--passphrase-file", shared.passphraseFile ?? relative(passphraseFile)),
      ("--key-file", shared.keyFile ?? relative(configuration.keyFile)),
    ]
    for case (let option, let value?) in given {
      options += [option, option == "--profile" ? value : session.context.absolute(value)]
    }
    try Self.refuseLines(options + [user].compactMap { $0 })
    return PlanCaller(
      program: FileFacts.realPath("/proc/self/exe") ?? "drydock",
      options: options,
      profile: configuration.profile,
      user: user,
      writablePaths: writablePaths(session)
    )
  }

  /// A line that is broken would be a second entry of a crontab, or another setting of a unit.
  private static func refuseLines(_ words: [String]) throws {
    guard let word = words.first(where: { $0.contains(where: \.isNewline) }) else { return }
    throw Problem(
      .usage,
      code: "usage.schedule",
      "No timer can be written with the line break in '\(word)'",
      hint: "Give the file, the profile or the user a name of one line."
    )
  }

  /// The directories of repositories, which a confined service must be let into.
  private func writablePaths(_ session: PlanSession) -> [String] {
    let copies = session.plan.entry(.copy)?.words.compactMap { word in
      word.hasPrefix("--to=") ? String(word.dropFirst("--to=".count)) : nil
    }
    return ([session.context.configuration.repository].compactMap { $0 } + (copies ?? []))
      .map { $0.hasPrefix("file://") ? String($0.dropFirst("file://".count)) : $0 }
      .filter { !$0.contains("://") }
      .map { session.context.absolute(path: $0) }
  }

  /// A timer starts with an environment of its own, so what stands in this one is not there at night.
  func warnOfVariables(_ session: PlanSession) {
    let variables = TimerVariables(
      configuration: session.context.configuration,
      plan: session.plan,
      world: session.context.world,
      isSystemd: isSystemd
    )
    for warning in variables.warnings { session.context.warn(warning) }
  }
}
