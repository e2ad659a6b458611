import Glibc
import Terminal
import Testing

@Suite("Local time")
struct LocalTimeTests {
  // A process of its own for each zone: TZ belongs to the whole process.
  @Test("It follows the zone's rules, also where summer time begins and ends")
  func summerTime() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("TZ", "Europe/Berlin", 1)
      // 2026-03-29T01:00:00Z and 2026-10-25T01:00:00Z.
      for (instant, offset) in [
        (1_774_745_999, 3600), (1_774_746_000, 7200),
        (1_792_889_999, 7200), (1_792_890_000, 3600),
      ] {
        #expect(LocalTime.offset(at: instant) == offset)
      }
    }
  }

  @Test("West of Greenwich the clock is behind")
  func west() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("TZ", "America/St_Johns", 1)
      #expect(LocalTime.offset(at: 1_767_225_600) == -12_600)
    }
  }
}
