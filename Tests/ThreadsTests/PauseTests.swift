import Testing
import Threads

@Suite("A pause")
struct PauseTests {
  @Test("It lasts at least as long as it was asked for, and none lasts no time at all")
  func lasts() {
    let clock = ContinuousClock()
    #expect(clock.measure { Pause.blocking(.milliseconds(30)) } >= .milliseconds(30))
    Pause.blocking(.zero)
    Pause.blocking(.seconds(-1))
  }
}
