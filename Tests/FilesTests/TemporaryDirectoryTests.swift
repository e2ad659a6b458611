import Foundation
import Testing

@testable import Files

@Suite("What killed processes leave is removed")
struct TemporaryDirectoryTests {
  private let place: TemporaryDirectory

  init() throws { place = try TemporaryDirectory() }

  private func age(_ path: String) throws {
    let hourAgo = Date(timeIntervalSinceNow: -3600)
    try FileManager.default.setAttributes([.modificationDate: hourAgo], ofItemAtPath: path)
  }

  @Test("An old directory without a living owner goes; others stay")
  func removesTheDead() throws {
    let dead = "\(place.path)/part-dead"
    let stranger = "\(place.path)/other-dead"
    let young = "\(place.path)/part-young"
    for path in [dead, stranger, young] { try Directory.create(path) }
    let living = try TemporaryDirectory(prefix: "part", in: place.path)
    for path in [dead, stranger, living.path] { try age(path) }
    try TemporaryDirectory.removeDead(prefix: "part", in: place.path)
    #expect(!Directory.exists(dead))
    #expect([stranger, young, living.path].allSatisfy { Directory.exists($0) })
  }

  @Test("A link of that name leads nowhere")
  func link() throws {
    let target = "\(place.path)/target"
    try Directory.create(target)
    try age(target)
    let link = "\(place.path)/part-link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    try TemporaryDirectory.removeDead(prefix: "part", in: place.path)
    #expect(Directory.exists(target))
  }
}
