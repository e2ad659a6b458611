import TestSupport

@testable import Repository

/// `KeyCrashTests` fails every call to a store once, before and after it was done; these tear it, and
/// lose what was not synced.
extension CrashTests {
  static let rotate = keys("a rotation of keys") { keeper, _ in try keeper.rotate() }

  static let addKey = keys("the adding of a host's key") { keeper, work in
    try keeper.add(KeyWork.recipient(work.added), role: .write, label: "")
    work.isAdded = true
  }

  static let removeKey = keys("the removal of a host's key") { keeper, work in
    try keeper.remove(work.otherID)
    work.isOtherRemoved = true
  }

  private static func keys(
    _ name: String,
    _ change: @escaping @Sendable (KeyKeeper, inout KeyWork) throws -> Void
  ) -> CrashTrial<KeyWork> {
    CrashTrial(
      name,
      begin: { try KeyWork(in: $0) },
      work: { scene, work in try change(KeyKeeper(scene.store, work.full[0]), &work) },
      inspect: { scene, work in
        try work.expectWhole(in: scene)
        // Somebody finishes what was begun, and everybody agrees again.
        try KeyKeeper(scene.store, work.full[0]).rotate()
        for credential in work.full {
          if let notice = try scene.open(credential).keyNotice {
            throw DoneWork.Loss("\(notice)")
          }
        }
        try work.done.expectWhole(in: scene.open(work.full[1]))
      }
    )
  }
}
