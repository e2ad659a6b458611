internal import Bytes
internal import Processes

/// The units of systemd that run a plan: one service, of which each task is an instance, and a timer for each.
public struct SystemdUnits: Sendable {
  /// A unit and the name of its file.
  public struct File: Sendable, Equatable {
    /// The name: `drydock-backup.timer`.
    public var name: String
    /// The whole text.
    public var text: String
  }

  private let plan: TaskPlan
  private let caller: PlanCaller

  /// Describes the units of a plan.
  public init(_ plan: TaskPlan, _ caller: PlanCaller) {
    self.plan = plan
    self.caller = caller
  }

  /// The names of the timers, for `systemctl enable --now`.
  public var timers: [String] { plan.entries.map { "\(stem)-\($0.task.rawValue).timer" } }

  /// The service, then a timer for each task.
  public var files: [File] {
    [File(name: "\(stem)@.service", text: service)]
      + zip(timers, plan.entries).map { File(name: $0, text: timer($1)) }
  }

  /// What all names begin with: `drydock`, or `drydock-shop` for a profile.
  private var stem: String {
    caller.profile.map { "drydock-\(Self.escaped($0))" } ?? "drydock"
  }

  private var subject: String { caller.profile.map { " of \(Self.literal($0))" } ?? "" }

  private var service: String {
    var lines = [
      "# Written by: drydock schedule --systemd",
      "[Unit]",
      "Description=Drydock: %i\(subject)",
      "Documentation=man:drydock(1)",
      "Wants=network-online.target",
      "After=network-online.target postgresql.service",
      "",
      "[Service]",
      "Type=oneshot",
      "ExecStart=\(caller.words("%i").map(Self.word).joined(separator: " "))",
      "# Drydock ends its children itself when it is asked to stop, and runs the hooks that must follow.",
      "KillMode=mixed",
      "TimeoutStartSec=infinity",
      "TimeoutStopSec=5min",
      "UMask=0077",
    ]
    lines += priority
    lines += caller.user.map(confinement) ?? ["NoNewPrivileges=true"]
    return lines.joined(separator: "\n") + "\n"
  }

  private var priority: [String] {
    switch plan.priority {
    case .normal: []
    case .low: ["Nice=10", "IOSchedulingClass=best-effort", "IOSchedulingPriority=7"]
    case .idle: ["Nice=19", "IOSchedulingClass=idle"]
    }
  }

  /// What the machine's own systemd can take away from a service (systemd.exec(5)).
  ///
  /// Namespaces stay allowed: a scratch server without a network is one.
  private func confinement(_ user: String) -> [String] {
    [
      "User=\(Self.literal(user))",
      "StateDirectory=drydock",
      "CacheDirectory=drydock",
      "Environment=XDG_STATE_HOME=%S XDG_CACHE_HOME=%C",
    ]
      + caller.writablePaths.map { "ReadWritePaths=\(Self.quoted("-\($0)"))" }
      + [
        "NoNewPrivileges=true",
        "ProtectSystem=strict",
        "ProtectHome=read-only",
        "PrivateTmp=true",
        "PrivateDevices=true",
        "ProtectClock=true",
        "ProtectControlGroups=true",
        "ProtectHostname=true",
        "ProtectKernelLogs=true",
        "ProtectKernelModules=true",
        "ProtectKernelTunables=true",
        "CapabilityBoundingSet=",
        "LockPersonality=true",
        "RestrictRealtime=true",
        "RestrictSUIDSGID=true",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
        "SystemCallArchitectures=native",
      ]
  }

  private func timer(_ entry: TaskPlan.Entry) -> String {
    let task = entry.task.rawValue
    var lines = [
      "# Written by: drydock schedule --systemd",
      "[Unit]",
      "Description=Drydock: \(task)\(subject), \(entry.rhythm.text)",
      "",
      "[Timer]",
    ]
    lines += entry.rhythm.systemdCalendar.map { "OnCalendar=\($0)" }
    if plan.jitter > .zero {
      lines += ["RandomizedDelaySec=\(Int(plan.jitter / .seconds(1)))s", "FixedRandomDelay=true"]
    }
    lines += [
      "# What was missed while the machine was off or asleep is run once when it is back.",
      "Persistent=true",
      "Unit=\(stem)@\(task).service",
      "",
      "[Install]",
      "WantedBy=timers.target",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// One word of `ExecStart=` (systemd.service(5), "Command Lines"); the instance's own name stays.
  private static func word(_ text: String) -> String {
    if text == "%i" { return text }
    return quoted(text).replacing(mark: "$", with: "$$")
  }

  /// A text in which systemd finds no specifier (systemd.unit(5)).
  private static func literal(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 }).replacing(mark: "%", with: "%%")
  }

  /// A text as one word (systemd.syntax(7), "Quoting").
  private static func quoted(_ text: String) -> String {
    let literal = literal(text)
    let isPlain =
      !literal.isEmpty
      && literal.allSatisfy { character in
        character.isASCII && !character.isWhitespace && !"\"'\\;".contains(character)
      }
    if isPlain { return literal }
    return "\"\(literal.replacing(mark: "\\", with: "\\\\").replacing(mark: "\"", with: "\\\""))\""
  }

  /// A text as a part of a unit's name (systemd-escape(1)), in which `-` stays.
  private static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let character = Character(UnicodeScalar(byte))
      let isAllowed =
        byte < 0x80 && (character.isLetter || character.isNumber || "_.:-".contains(character))
      if isAllowed { return String(character) }
      let digits = String(byte, radix: 16)
      return "\\x\(digits.count < 2 ? "0" : "")\(digits)"
    }.joined()
  }
}
