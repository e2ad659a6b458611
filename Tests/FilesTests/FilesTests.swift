import Foundation
import Glibc
import Problems
import Testing

@testable import Files

@Suite("Files are whole or absent")
struct FilesTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.path + "/file" }

  init() throws { directory = try TemporaryDirectory() }

  @Test("A written file is read back, whole and by range, and nothing else is left")
  func roundTrip() throws {
    try AtomicFile.write([1, 2, 3, 4], to: path)
    try AtomicFile.write([5, 6, 7], to: path)
    #expect(try ReadableFile.contents(of: path) == [5, 6, 7])
    let file = try ReadableFile(path: path)
    #expect(try file.read(1..<3) == [6, 7])
    #expect(try file.read(1..<30) == [6, 7])
    #expect(try Directory.entries(of: directory.path).map(\.name) == ["file"])
    #expect(try Directory.entries(of: directory.path).map(\.owner) == [geteuid()])
  }

  @Test("A name that must be new is not overwritten")
  func refuse() throws {
    try AtomicFile.write([1], to: path, collision: .refuse)
    let problem = #expect(throws: Problem.self) {
      try AtomicFile.write([2], to: path, collision: .refuse)
    }
    #expect(problem?.code == "files.exists")
    #expect(try ReadableFile.contents(of: path) == [1])
    #expect(try Directory.entries(of: directory.path).map(\.name) == ["file"])
  }

  @Test("A full disk says that it is full, that nothing is lost, and what to do")
  func fullDisk() throws {
    let noSpaceLeft: Int32 = 28
    let problem = FileFailure.problem("write", path, noSpaceLeft)
    #expect(problem.code == "files.disk-full" && problem.isRetryable)
    #expect(problem.summary == "cannot write \(path): the disk is full")
    #expect(problem.reason?.contains("No space left on device") == true)
    #expect(problem.hint?.contains("Nothing that was stored before is lost") == true)
  }

  @Test("Errors name the path and the system's reason")
  func errors() throws {
    let problem = #expect(throws: Problem.self) {
      try ReadableFile(path: directory.path + "/none")
    }
    #expect(problem?.code == "files.not-found")
    #expect(problem?.facts == [.init("path", directory.path + "/none")])
    #expect(problem?.reason?.contains("No such file or directory") == true)
    let large = #expect(throws: Problem.self) {
      try AtomicFile.write([1, 2], to: path)
      _ = try ReadableFile.contents(of: path, limit: 1)
    }
    #expect(large?.code == "files.too-large")
  }

  @Test("A pipe in the place of a file is refused at once, and not taken for an empty file")
  func pipe() throws {
    let maker = Process()
    maker.executableURL = URL(fileURLWithPath: "/usr/bin/mkfifo")
    maker.arguments = [path]
    try maker.run()
    maker.waitUntilExit()
    try #require(maker.terminationStatus == 0)
    let problem = #expect(throws: Problem.self) { _ = try ReadableFile.contents(of: path) }
    #expect(problem?.code == "files.pipe")
  }

  @Test("A lock keeps out a second holder, until it is gone")
  func locks() throws {
    var first: FileLock? = try FileLock(path: path)
    let problem = #expect(throws: Problem.self) { try FileLock(path: path) }
    #expect(problem?.code == "files.locked" && problem?.kind == .busy)
    #expect(first?.path == path)
    first = nil
    let shared = try FileLock(path: path, mode: .shared)
    let other = try FileLock(path: path, mode: .shared)
    #expect(shared.path == other.path)
  }

  @Test("A temporary directory is private and vanishes with all that is in it")
  func temporary() throws {
    var inner: TemporaryDirectory? = try TemporaryDirectory(in: directory.path)
    let kept = try #require(inner?.path)
    try Directory.create(kept + "/a/b")
    try AtomicFile.write([1], to: kept + "/a/b/c")
    #expect(Directory.exists(kept))
    inner = nil
    #expect(!Directory.exists(kept))
  }

  @Test("A tree is removed with its links, and what they lead to stays")
  func removal() throws {
    let (tree, other) = (directory.path + "/tree", directory.path + "/other")
    try Directory.create(tree + "/a/b")
    try AtomicFile.write([1], to: tree + "/a/b/c")
    try Directory.create(other)
    try AtomicFile.write([2], to: other + "/kept")
    try link(tree + "/a/link", to: other)
    try link(tree + "/dangling", to: other + "/none")
    try Directory.removeTree(tree)
    #expect(try Directory.entries(of: directory.path).map(\.name) == ["other"])
    #expect(try ReadableFile.contents(of: other + "/kept") == [2])
    try Directory.removeTree(tree)
    try link(tree, to: other)
    try Directory.removeTree(tree)
    #expect(try Directory.entries(of: directory.path).map(\.name) == ["other"])
    try Directory.removeTree(other + "/kept")
    #expect(try Directory.entries(of: other).isEmpty)
  }

  private func link(_ path: String, to other: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: other)
  }

  @Test(
    "The parent of a path is its directory",
    arguments: [
      ("/a/b", "/a"), ("/a", "/"), ("a", "."), ("a/b/", "a"), ("/", "/"),
    ]
  )
  func parents(path: String, parent: String) {
    #expect(Directory.parent(of: path) == parent)
  }

  @Test("A touched file keeps its content, and a missing one is not made")
  func touch() throws {
    let path = directory.path + "/touched"
    try AtomicFile.write([1, 2], to: path)
    let before = try Directory.entries(of: directory.path).first?.modified
    try Directory.touch(path)
    let after = try Directory.entries(of: directory.path).first
    #expect(after?.size == 2 && (after?.modified ?? 0) >= (before ?? .max))
    let problem = #expect(throws: Problem.self) { try Directory.touch(path + "-not") }
    #expect(problem?.code == "files.not-found")
    #expect(try Directory.entries(of: directory.path).count == 1)
  }
}
