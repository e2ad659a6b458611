import Foundation
import ObjectStore
import TestSupport

@testable import Repository

extension CrashTests {
  static let mark = CrashTrial(
    "a collection that marks, and a backup beside the marks",
    begin: beginForgotten,
    work: { scene, done in
      let report = try scene.collect()
      // Two packs are dead, and of the first night's what deltas stand on is copied.
      guard report.marked.packs == 3, report.repacked.packs == 1 else {
        throw DoneWork.Loss("\(report)")
      }
      try done.take(in: scene.open())
    },
    inspect: { scene, done in
      try done.expectWhole(in: scene.open())
      try finish(scene, &done)
    }
  )

  static let sweep = CrashTrial(
    "a collection that deletes what was marked a day ago",
    begin: { scene in
      let done = try beginForgotten(scene)
      try scene.collect()
      scene.pass(hours: 25)
      return done
    },
    work: { scene, _ in
      let report = try scene.collect()
      guard report.deleted.packs == 3 else { throw DoneWork.Loss("\(report)") }
    },
    inspect: { scene, done in
      try done.expectWhole(in: scene.open())
      try finish(scene, &done)
    }
  )

  static let rescue = CrashTrial(
    "a collection that finds bases of live deltas in marked packs only",
    begin: { scene in
      var done = try begin(3, scene)
      let repository = try scene.open()
      try done.forget([done.snapshots[0].name], in: repository)
      // As by two collectors at once, each of which takes the other's copy for the one that stays.
      let packs = try scene.store.list(Pack.directory).compactMap { Pack.id(from: $0.name) }
      try Mark.put(packs, isSwept: false, in: repository)
      scene.pass(hours: 25)
      return done
    },
    work: { scene, _ in
      let first = try scene.collect()
      guard first.rescued > 4, first.deleted.packs == 0 else { throw DoneWork.Loss("\(first)") }
      let second = try scene.collect()
      guard second.deleted.packs == 3 else { throw DoneWork.Loss("\(second)") }
    },
    inspect: { scene, done in
      try done.expectWhole(in: scene.open())
      try finish(scene, &done)
    }
  )

  /// Four nights and a snapshot apart, of which that one and the first two nights are forgotten.
  static func beginForgotten(_ scene: CrashScene) throws -> DoneWork {
    var done = try begin(4, scene)
    try done.takeApart(in: scene.open())
    let names = done.snapshots.map(\.name)
    try done.forget([names[0], names[1], names[4]], in: scene.open())
    scene.pass(hours: 2)
    return done
  }

  /// Takes the next backup beside whatever marks there are, and collects until there is nothing left
  /// to do: nothing dead is left, and everything else is whole.
  static func finish(_ scene: CrashScene, _ done: inout DoneWork) throws {
    try done.take(in: scene.open())
    var marked = 1
    for _ in 0..<8 where try marked > 0 || !scene.store.list("marks").isEmpty {
      scene.pass(hours: 25)
      marked = try scene.collect().marked.packs
    }
    try done.expectWhole(in: scene.open())
    for directory in ["marks", "unmarks", "leases"] {
      let left = try scene.store.list(directory)
      guard left.isEmpty else { throw DoneWork.Loss("\(left.map(\.name)) stay for ever") }
    }
  }
}
