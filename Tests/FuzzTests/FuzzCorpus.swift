import Files
import Foundation
import TestSupport

/// The inputs that fuzzing begins with: one directory for each entry.
enum FuzzCorpus {
  static let directory = "\(SharedInputs.packageRoot)/Tests/FuzzTests/Corpus"

  /// All inputs of an entry, by name.
  static func inputs(of entry: FuzzEntry) throws -> [(name: String, bytes: [UInt8])] {
    let path = "\(directory)/\(entry.rawValue)"
    return try Directory.entries(of: path).map(\.name).filter { !$0.hasPrefix(".") }.sorted().map {
      (name: $0, bytes: try ReadableFile.contents(of: "\(path)/\($0)"))
    }
  }

  /// Writes what an entry begins with, when golden files are refreshed.
  static func update(_ entry: FuzzEntry, _ bytes: [UInt8]) throws {
    guard ProcessInfo.processInfo.environment["DRYDOCK_UPDATE_GOLDEN"] == "1" else { return }
    let path = "\(directory)/\(entry.rawValue)"
    try Directory.create(path)
    try AtomicFile.write(bytes, to: "\(path)/whole", collision: .replace, durability: .fast)
  }
}
