import ObjectStore
import TestSupport

@testable import Repository

extension CrashTests {
  static let repair = CrashTrial(
    "a repair of a lost index and of packs that are cut",
    begin: { scene in
      var done = try begin(3, scene)
      // The directories at the ends are gone, so only the instances themselves say what they are.
      for object in try scene.store.list("packs").dropFirst() {
        let bytes = try scene.store.get(object.name)
        try scene.store.delete(object.name)
        try scene.store.put(object.name, Array(bytes.dropLast(8)))
        done.damaged.insert(object.name)
      }
      for object in try scene.store.list("index") { try scene.store.delete(object.name) }
      return done
    },
    work: { scene, _ in
      let report = try scene.open().repair()
      guard report.indexedPacks == 1, report.salvagedPacks.count == 2 else {
        throw DoneWork.Loss("\(report)")
      }
    },
    inspect: { scene, done in
      _ = try scene.open().repair()
      try inspect(scene, &done)
      guard try scene.open().repair().didRepair == false else {
        throw DoneWork.Loss("a second repair finds something to do")
      }
    }
  )
}
