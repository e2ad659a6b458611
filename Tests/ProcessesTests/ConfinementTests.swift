import Testing

@testable import Processes

@Suite("Confining a child")
struct ConfinementTests {
  @Test(
    "Root runs a child as another user, who cannot come back",
    .enabled(if: SystemUser.isRoot, "only root can become somebody else")
  )
  func anotherUser() throws {
    let nobody = try #require(SystemUser.named("nobody"))
    let confinement = Confinement(user: nobody)
    let outcome = try Invocation("id", ["-un"], confinement: confinement).run()
    #expect(outcome.text == "nobody\n")
    let status = try Invocation(
      "grep",
      ["-E", "NoNewPrivs|Groups", "/proc/self/status"],
      confinement: confinement
    ).run()
    #expect(status.text.contains("NoNewPrivs:\t1"))
  }

  @Test("Both ways to take the network away leave a loopback that is down and the same user")
  func noNetwork() throws {
    let nobody = SystemUser.isRoot ? SystemUser.named("nobody") : nil
    let available = try #require(NetworkIsolation.available)
    for network in [available, .unprivileged] {
      let confinement = Confinement(user: nobody, network: network)
      let interfaces = try Invocation(
        "cat",
        ["/proc/net/dev"],
        confinement: confinement
      ).run().checked()
      #expect(interfaces.text.split(separator: "\n").count == 3)
      #expect(interfaces.text.contains("lo:"))
      let user = try Invocation("id", ["-u"], confinement: confinement).run().checked()
      #expect(user.text != "0\n")
    }
  }

  @Test("There is no user of an invented name")
  func unknownUser() {
    #expect(SystemUser.named("drydock-nobody-at-all") == nil)
    #expect(SystemUser.named("root")?.uid == 0)
  }
}
