import ObjectStore
import TestSupport

@testable import Repository

extension CrashTests {
  static let undo = CrashTrial(
    "marks that are taken back, set again, and swept",
    begin: { scene in
      let done = try beginForgotten(scene)
      try scene.collect()
      scene.pass(hours: 25)
      return done
    },
    work: { scene, done in
      let packs = Set(try scene.store.list("packs").map(\.name))
      guard try scene.open().undoMarks() == 1 else { throw DoneWork.Loss("nothing to undo") }
      done.spared = packs
      let report = try scene.collect()
      guard report.deleted.packs == 0 else { throw DoneWork.Loss("\(report)") }
      // Marked again: from here on a day later they may go.
      scene.pass(hours: 25)
      done.spared = []
      let later = try scene.collect()
      guard later.deleted.packs == 3 else { throw DoneWork.Loss("\(later)") }
    },
    inspect: { scene, done in
      try done.expectWhole(in: scene.open())
      try scene.collect()
      let packs = Set(try scene.store.list("packs").map(\.name))
      if let lost = done.spared.subtracting(packs).first {
        throw DoneWork.Loss("\(lost) was deleted although its mark was taken back")
      }
      done.spared = []
      try finish(scene, &done)
    }
  )
}
