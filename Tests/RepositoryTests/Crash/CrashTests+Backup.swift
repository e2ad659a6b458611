import ObjectStore
import Problems
import TestSupport

@testable import Repository

extension CrashTests {
  static let backup = CrashTrial(
    "two backups with deltas",
    begin: { try begin(1, $0) },
    work: { scene, done in
      let repository = try scene.open()
      try done.take(in: repository)
      try done.take(in: repository)
    },
    inspect: inspect
  )

  static let rebuild = CrashTrial(
    "a rebuild of the index",
    begin: { scene in
      let done = try begin(3, scene)
      for object in try scene.store.list("index") { try scene.store.delete(object.name) }
      return done
    },
    work: { scene, _ in try scene.open().rebuildIndex() },
    inspect: { scene, done in
      try scene.open().rebuildIndex()
      try inspect(scene, &done)
    }
  )

  static let create = CrashTrial(
    "the making of a repository and its key slot",
    begin: { _ in DoneWork() },
    work: { scene, done in
      done = try begin(0, scene)
      try done.take(in: scene.open())
    },
    inspect: { scene, done in
      do {
        _ = try scene.open()
      } catch let problem as Problem
        where problem.code == "repository.not-found" && done.isEmpty
      {
        done = try begin(0, scene)
      }
      try inspect(scene, &done)
    }
  )
}
