import Processes
import Testing
import TestSupport

@testable import Schedule

@Suite("Units of systemd")
struct SystemdUnitsTests {
  private func units(_ caller: PlanCaller, _ change: (inout TaskPlan) -> Void = { _ in }) throws
    -> String
  {
    let time = try #require(TimeOfDay("04:00"))
    var plan = TaskPlan([
      .init(.verify, .at([time], .week([.sun])), words: ["--level=3", "--oldest"]),
      .init(.backup, .every(minutes: 15)),
    ])
    change(&plan)
    return SystemdUnits(plan, caller).files.map { "--- \($0.name)\n\($0.text)" }.joined(
      separator: "\n"
    )
  }

  @Test("A machine's units run as a user who can write what the tasks write, and little else")
  func machine() throws {
    let caller = PlanCaller(
      program: "/usr/bin/drydock",
      options: ["--config", "/etc/drydock/drydock.yaml", "--profile", "shop"],
      profile: "shop",
      user: "drydock",
      writablePaths: ["/srv/backups/shop"]
    )
    let text = try units(caller) { plan in
      plan.jitter = .seconds(300)
      plan.priority = .idle
    }
    try Golden.check(text, "units-machine.txt")
  }

  @Test("A user's own units have no user, and nothing that only the machine's systemd can do")
  func user() throws {
    try Golden.check(try units(PlanCaller(program: "/usr/bin/drydock")), "units-user.txt")
  }

  @Test("Words that mean something to systemd are written so that they do not")
  func words() throws {
    let caller = PlanCaller(
      program: "/opt/dry dock/drydock",
      options: ["--config", "/etc/100%/a \"b\"\\$HOME.yaml"],
      profile: "shop/eu 1",
      user: "drydock"
    )
    let text = try units(caller)
    #expect(
      text.contains(
        #"""
        ExecStart="/opt/dry dock/drydock" schedule --run %i --config "/etc/100%%/a \"b\"\\$$HOME.yaml"
        """#
      ),
      "\(text)"
    )
    #expect(text.contains(#"--- drydock-shop\x2feu\x201-backup.timer"#))
    #expect(text.contains(#"Unit=drydock-shop\x2feu\x201@backup.service"#))
  }
}
