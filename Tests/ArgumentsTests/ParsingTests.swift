import Arguments
import Testing

@Suite("Words fill a command")
struct ParsingTests {
  private func refusal(_ words: String...) -> UsageError.Reason? {
    #expect(throws: UsageError.Reason.self) { try PaintCommand.parse(words) }
  }

  @Test("Every kind of argument is read")
  func readsEverything() throws {
    let words = """
      kitchen north --coats=2 south --finish glossy --drying 1h30m --can 2GiB --label a=b \
      --label c= --fast --plan p.txt -- --odd
      """
    let paint = try PaintCommand.parse(words.split(separator: " ").map(String.init))
    var expected = PaintCommand()
    expected.room = "kitchen"
    expected.walls = ["north", "south", "--odd"]
    expected.coats = 2
    expected.finish = .glossy
    expected.drying = .seconds(5400)
    expected.can = ByteSize(bytes: 2 << 30)
    expected.labels = [.init(key: "a", value: "b"), .init(key: "c", value: "")]
    expected.isFast = true
    expected.shared.plan = "p.txt"
    #expect(paint == expected)
  }

  @Test("A short name means its long one, and a value may begin with one dash")
  func shortNames() throws {
    #expect(try PaintCommand.parse(["hall", "-c", "-3"]).coats == -3)
    #expect(refusal("hall", "-c", "1", "--coats", "2") == .duplicate("--coats"))
  }

  @Test("Each mistake is told apart")
  func mistakes() {
    #expect(refusal() == .missingArgument("ROOM"))
    #expect(refusal("r", "--fats") == .unknownOption("--fats", nearest: "--fast"))
    #expect(refusal("r", "--elephant") == .unknownOption("--elephant", nearest: nil))
    #expect(refusal("r", "--coat") == .unknownOption("--coat", nearest: "--coats"))
    #expect(refusal("r", "--coats") == .missingValue("--coats", valueName: "N"))
    #expect(refusal("r", "--coats", "--fast") == .missingValue("--coats", valueName: "N"))
    #expect(refusal("r", "--fast=yes") == .unexpectedValue("--fast"))
    #expect(refusal("r", "--fast", "--fast") == .duplicate("--fast"))
    #expect(
      refusal("r", "--coats", "two")
        == .badValue(name: "--coats", value: "two", expectation: "a whole number")
    )
    #expect(
      refusal("r", "--finish", "dull")
        == .badValue(name: "--finish", value: "dull", expectation: "one of matt, glossy")
    )
    #expect(throws: UsageError.Reason.missingArgument("--from WALL")) {
      try TearCommand.parse([])
    }
    #expect(throws: UsageError.Reason.unexpectedWord("x")) {
      try TearCommand.parse(["--from", "w", "x"])
    }
  }

  @Test(
    "Lengths of time",
    arguments: [
      ("30s", 30.0), ("15m", 900), ("7d", 604_800), ("2w", 1_209_600), ("1h30m", 5400),
      ("250ms", 0.25),
    ]
  )
  func durations(_ word: String, _ seconds: Double) {
    #expect(Duration(argument: word) == .seconds(seconds))
  }

  @Test(
    "What is no length of time",
    arguments: ["", "7", "d", "7 d", "-7d", "7x", "1.5h", "15000w", "1099511627775w"]
  )
  func noDurations(_ word: String) { #expect(Duration(argument: word) == nil) }

  @Test(
    "Sizes",
    arguments: [("0", 0), ("512", 512), ("1K", 1024), ("64MiB", 64 << 20), ("2g", 2 << 30)]
  )
  func sizes(_ word: String, _ bytes: Int) { #expect(ByteSize(argument: word)?.bytes == bytes) }

  @Test("What is no size", arguments: ["", "K", "-1", "1.5G", "9999999999G", "1IB"])
  func noSizes(_ word: String) { #expect(ByteSize(argument: word) == nil) }

  @Test("Values spell themselves as they are read")
  func spelling() {
    #expect(Duration.seconds(694_861).argument == "1w1d1h1m1s")
    #expect(Duration.zero.argument == "0s")
    #expect(ByteSize(bytes: 64 << 20).argument == "64MiB")
    #expect(ByteSize(bytes: 1000).argument == "1000")
  }
}
