import Reports
import Synchronization
import Testing

@Suite("Progress")
struct ProgressTests {
  /// A reporter whose clock and output belong to the test.
  private final class Stage: Sendable {
    private let state = Mutex((now: Duration.zero, text: "", width: 80))
    var text: String { state.withLock { $0.text } }

    func reporter(_ mode: ProgressReporter.Mode, width: Int = 80) -> ProgressReporter {
      state.withLock { $0.width = width }
      return ProgressReporter(
        mode: mode,
        width: { self.state.withLock { $0.width } },
        elapsed: { self.state.withLock { $0.now } },
        write: { text in self.state.withLock { $0.text += text } }
      )
    }

    func at(_ seconds: Double, _ body: () -> Void) {
      state.withLock { $0.now = .seconds(seconds) }
      body()
    }
  }

  private func half(_ phase: String = "copying") -> Progress {
    Progress(phase: phase, subject: "a.b", bytes: 50 << 20, totalBytes: 100 << 20, rows: 1000)
  }

  @Test("A line has phase, share, bytes, rows, rate and the time left")
  func line() {
    #expect(
      half().line(elapsed: .seconds(10))
        == "copying a.b, 50 %, 50.0 MiB of 100 MiB, 1,000 rows, 5.00 MiB/s, 10.0 s left"
    )
    #expect(Progress(phase: "planning").line(elapsed: .seconds(1)) == "planning")
  }

  @Test("Off a terminal there is a line a minute, and one for each new phase")
  func lines() {
    let stage = Stage()
    let reporter = stage.reporter(.lines)
    for second in 0..<130 { stage.at(Double(second)) { reporter.report(half()) } }
    stage.at(130) { reporter.report(half("checking")) }
    #expect(stage.text.split(separator: "\n").count == 4)
  }

  @Test("On a terminal one line is redrawn, never wraps, and is wiped at the end")
  func redrawn() {
    let stage = Stage()
    let reporter = stage.reporter(.redrawn, width: 30)
    stage.at(1) { reporter.report(half()) }
    stage.at(1.1) { reporter.report(half()) }
    stage.at(1.3) { reporter.report(half()) }
    reporter.clear()
    reporter.clear()
    let drawn = "\r\u{1B}[Kcopying a.b, 50 %, 50.0 MiB …"
    #expect(stage.text == drawn + drawn + "\r\u{1B}[K")
  }

  @Test("Events are JSON lines")
  func events() throws {
    let stage = Stage()
    let reporter = stage.reporter(.events)
    stage.at(1.5) { reporter.report(half()) }
    stage.at(1.7) { reporter.report(half()) }
    #expect(
      stage.text == """
        {"event":"progress","phase":"copying","seconds":1.5,"bytes":52428800,"subject":"a.b",\
        "total_bytes":104857600,"rows":1000}

        """
    )
  }

  @Test("Silence says nothing")
  func silent() {
    let stage = Stage()
    stage.reporter(.silent).report(half())
    #expect(stage.text.isEmpty)
  }
}
