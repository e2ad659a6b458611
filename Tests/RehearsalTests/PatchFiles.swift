import Files
import Foundation
import Migration

/// A patch directory for one test.
struct PatchFiles {
  private let directory: TemporaryDirectory

  init(_ files: [String: String]) throws {
    directory = try TemporaryDirectory(prefix: "drydock-rehearsal-tests")
    for (name, text) in files {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory.path)/\(name)"))
    }
  }

  func read() throws -> PatchDirectory { try PatchDirectory.read(directory.path, variables: [:]) }
}
