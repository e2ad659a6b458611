import Arguments
import Files
import Foundation
import ObjectStore
import Problems
import Reports

/// Runs the simulation, shows each night as a row, and judges the whole.
struct SimulateCommand: Command {
  static let name = "simulate"
  static let summary = "Simulate planning and commit of snapshots of one terabyte."

  var stripes = 1_100_000
  var nights = 30
  var percent = 3
  var seed = 1
  var directory: String?
  var json: String?
  var step: Step?
  var snapshots = 1000

  static var arguments: [Argument<Self>] {
    option("--stripes", \.stripes, value: "N", "Stripes of the one table; 128 pages each.")
    option("--nights", \.nights, value: "N", "Incremental snapshots after the first one.")
    option("--percent", \.percent, value: "N", "Share of the stripes that change each night.")
    option("--seed", \.seed, value: "N", "Decides which stripes change.")
    option("--directory", \.directory, value: "PATH", "Where the repository is made.")
    option("--json", \.json, value: "FILE", "Where the figures go.")
    option("--step", \.step, value: "STEP", "Do one thing to the repository in the directory.")
    option("--snapshots", \.snapshots, value: "N", "Snapshots that the step 'history' makes.")
  }

  /// Whether every target is met.
  func run() throws -> Bool {
    if let step { return try run(step) }
    let scratch = try TemporaryDirectory(prefix: "drydock-simulate", in: directory)
    let simulation = Simulation(
      stripes: stripes,
      nights: nights,
      percent: percent,
      seed: UInt64(seed),
      store: LocalStore("\(scratch.path)/repository"),
      cacheDirectory: "\(scratch.path)/cache"
    )
    show(heading)
    let figures = try simulation.run { night in
      let table = Table(Night.columns, rows: [night.cells])
      show(table.text().split(separator: "\n").last.map(String.init) ?? "")
    }
    if let json { try write(figures, to: json) }
    show(figures.verdict)
    return figures.meetsTargets
  }

  /// One step of many, each in a process of its own, so that its memory is its own too.
  private func run(_ step: Step) throws -> Bool {
    guard let directory else {
      throw Problem(.usage, code: "simulate.directory", "--step needs --directory")
    }
    let run = StepRun(
      directory: directory,
      stripes: stripes,
      percent: percent,
      seed: UInt64(seed),
      snapshots: snapshots
    )
    let figures = try run.run(step)
    if let json { try write(figures, to: json) }
    show(figures.text)
    return figures.meetsTarget
  }

  private var heading: String {
    """
    \(stripes) stripes, \(nights) nights, \(percent) % of the stripes changed each night; seconds, \
    then MB.
    \(Night.columns.map(\.title).joined(separator: " | "))
    """
  }

  /// Shows a line at once: a run takes minutes, and its output may be a pipe.
  private func show(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  private func write(_ figures: some Encodable, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    try AtomicFile.write(Array(try encoder.encode(figures)), to: path)
  }
}
