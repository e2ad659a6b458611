import Catalog
import Cluster
import Testing

@testable import Rehearsal

@Suite("A policy chooses which hazards make the verdict no")
struct VerdictTests {
  private func finding(
    _ hazard: Hazard,
    bytes: Int = 0,
    rows: Int = 0,
    seconds: Double = 0
  ) -> Finding {
    Finding(
      hazard: hazard,
      version: "1",
      place: .init(file: "1.sql", line: 2, column: 3),
      object: "public.item",
      text: "does it",
      figures: .init(bytes: bytes, rows: rows, blockedSeconds: seconds)
    )
  }

  private func verdict(_ findings: [Finding], _ policy: Verdict.Policy = .init()) -> Verdict {
    var policy = policy
    policy.allowsUnsafeScratch = true
    return Verdict(
      RehearsalRun.Result(
        patches: [],
        findings: findings,
        caughtUp: [],
        expected: .init(),
        isolation: .available,
        preparation: 0,
        isFromTemplate: false
      ),
      policy
    )
  }

  @Test("A rewrite is told below the limits and refused above either of them")
  func limits() {
    let policy = Verdict.Policy()
    let limit = policy.rewriteLimit
    #expect(verdict([finding(.tableRewrite, bytes: limit, seconds: 5)]).isYes)
    #expect(!verdict([finding(.tableRewrite, bytes: limit + 1)]).isYes)
    #expect(!verdict([finding(.tableRewrite, bytes: 1, seconds: 5.1)]).isYes)
    #expect(verdict([finding(.renameTable, bytes: limit + 1, seconds: 9)]).isYes)
  }

  @Test("What loses rows is refused; an empty table may go")
  func losses() {
    #expect(!verdict([finding(.dropTable, rows: 1)]).isYes)
    #expect(verdict([finding(.dropTable, rows: 0)]).isYes)
  }

  @Test("A policy makes any hazard fail, and lets any pass")
  func stances() {
    for hazard in Hazard.all {
      var policy = Verdict.Policy()
      policy.stances = [hazard.id: .fails]
      #expect(!verdict([finding(hazard)], policy).isYes)
      policy.stances = [hazard.id: .told]
      let worst = finding(hazard, bytes: 1 << 40, rows: 1 << 30, seconds: 1e6)
      #expect(verdict([worst], policy).isYes)
    }
  }

  @Test("An objection names the hazard, the place and the reason; an accepted one is none")
  func objection() {
    var found = finding(.dropTable, rows: 1)
    #expect(
      verdict([found]).objections
        == [.init(place: "1.sql:2:3", text: "does it", hazard: "drop-table")]
    )
    found.accepted = "it is old"
    #expect(verdict([found]).isYes)
  }

  @Test("An undo file that fails says where and why")
  func undo() {
    var patch = PatchObservation(version: "1", file: "1.sql", statements: [], seconds: 0)
    patch.undo = .fails
    patch.undoProblem = "1.undo.sql:1:1: table \"a\" does not exist"
    var policy = Verdict.Policy()
    policy.allowsUnsafeScratch = true
    let verdict = Verdict(result([patch]), policy)
    #expect(
      verdict.objections.map(\.text)
        == ["its undo file fails: 1.undo.sql:1:1: table \"a\" does not exist"]
    )
  }

  @Test("No allowance lifts what the policy's file limits, and the objection says so")
  func limitsOfThePolicy() {
    let patch = PatchObservation(version: "1", file: "1.sql", statements: [], seconds: 0)
    var rewrite = finding(.tableRewrite, bytes: 4096)
    var policy = PolicyFile()
    policy.rewriteBytes = 1024
    func texts() -> [String] {
      var seen = result([patch])
      seen.findings = [rewrite]
      var judged = verdict([])
      judged.apply(policy, to: seen, dataAge: 0, coverage: [:])
      return judged.objections.map(\.text)
    }
    let text = "writes table public.item (4 KiB) again; the policy allows 1024 bytes"
    #expect(texts() == [text])
    rewrite.accepted = "it is small"
    #expect(texts() == [text + ", and no allowance of a patch lifts that"])
    policy.rewriteBytes = 4096
    #expect(texts() == [])
  }

  private func result(_ patches: [PatchObservation]) -> RehearsalRun.Result {
    RehearsalRun.Result(
      patches: patches,
      findings: [],
      caughtUp: [],
      expected: .init(),
      isolation: .available,
      preparation: 0,
      isFromTemplate: false
    )
  }

  @Test("Time on production is a range that grows with size, log and time")
  func estimates() {
    let small = Estimate(seconds: 1, bytes: 0, walBytes: 0)
    #expect(small.lower == 0.5 && small.upper == 4)
    let large = Estimate(seconds: 1, bytes: 100_000_000, walBytes: 50_000_000)
    #expect(large.lower == 0.5 && large.upper == 4 + 2 + 1)
    let quiet = Observation(
      place: "1.sql:1:1",
      headline: "SELECT",
      seconds: 1,
      rows: 0,
      walBytes: 0,
      locks: [],
      rewrites: [],
      scans: [],
      notices: 0
    )
    #expect(quiet.estimate == nil)
    var busy = quiet
    busy.rewrites = [.init(table: "public.a", bytes: 100_000_000)]
    #expect(busy.estimate == Estimate(seconds: 1, bytes: 100_000_000, walBytes: 0))
  }

  @Test("A place is read as it is written, in files with any name")
  func places() {
    let place = Finding.Place("a:b.sql:12:7")
    #expect(place == .init(file: "a:b.sql", line: 12, column: 7))
    #expect(place.text == "a:b.sql:12:7")
    #expect(Finding.Place("plain.sql").text == "plain.sql:1:1")
  }
}
