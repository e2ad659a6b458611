import Files
import Foundation
import Migration
import Problems

/// A patch directory for one test.
struct PatchFolder {
  let directory: TemporaryDirectory

  init(_ files: [String: String]) throws {
    directory = try TemporaryDirectory(prefix: "drydock-patches")
    for (name, text) in files { try write(name, Array(text.utf8)) }
  }

  var path: String { directory.path }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    let file = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try Data(bytes).write(to: file)
  }

  func read(variables: [String: String] = [:]) throws -> PatchDirectory {
    try PatchDirectory.read(path, variables: variables)
  }

  func problems() throws -> [Problem] { try PatchDirectory.inspect(path).problems }
}
