import Foundation
import Postgres
import TestSupport
import Testing

/// The fault points of one clean run, and those of them that this test run kills at.
///
/// All of them with `DRYDOCK_TEST_ALL=1`; else every commit, some store writes, and a seeded sample.
struct FaultPoints {
  let all: [String]
  let chosen: [Int]

  /// Reads the log of a clean run: `12<tab>statement before: COPY ...`.
  init(log: String, sample: Int, _ name: String) throws {
    let all = Self.passed(log: log)
    self.all = all
    guard ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] != "1" else {
      chosen = Array(1...max(1, all.count))
      print("\(name): \(all.count) fault points, all of them are tried")
      return
    }
    var random = SeededGenerator.announced(name)
    let numbers = Array(1...max(1, all.count))
    let commits = all.indices.filter { all[$0].contains(": COMMIT") }.map { $0 + 1 }
    let writes = all.indices.filter { all[$0].contains("store ") }.map { $0 + 1 }
    let certain =
      commits.shuffled(using: &random).prefix(sample / 3)
      + writes.shuffled(using: &random).prefix(sample / 3)
    let rest = numbers.shuffled(using: &random).filter { !certain.contains($0) }
    chosen = (certain + rest.prefix(max(0, sample - certain.count))).sorted()
    print("\(name): \(all.count) fault points, \(chosen.count) of them are tried: \(chosen)")
  }

  /// The points that a run passed.
  static func passed(log: String) -> [String] {
    let text = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
    // A statement of several lines takes several lines of the log.
    return text.split(separator: "\n").filter { line in
      line.split(separator: "\t").first.map { Int($0) != nil } ?? false
    }.map(String.init)
  }
}
