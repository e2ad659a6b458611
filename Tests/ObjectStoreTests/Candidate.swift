import Files
import TestSupport
import Testing

@testable import ObjectStore

/// A store to run the contract on; what it stands on lives as long as the second value.
struct Candidate: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable () throws -> (store: any ObjectStore, ground: (any Sendable)?)

  /// Every store, each also through the decorator that can fail.
  static let all = plain + RealS3.candidates + (plain + RealS3.candidates).map(\.faulty)

  private static let plain =
    [
      Candidate("memory") { (MemoryStore(), nil) },
      Candidate("directory") {
        let directory = try TemporaryDirectory()
        return (LocalStore(directory.path + "/store"), directory)
      },
      Candidate("cached") {
        let directory = try TemporaryDirectory()
        return (CachedStore(MemoryStore(), directory: directory.path, limit: 1 << 20), directory)
      },
    ]
    + [FakeS3.Conditions.honoured, .ignored, .unsupported].map { conditions in
      Candidate("bucket, conditional writes \(conditions)") {
        var behaviour = FakeS3.Behaviour()
        behaviour.conditions = conditions
        let ship = try S3Ship(FakeS3(behaviour))
        return (ship.store, ship.service)
      }
    }
    + [
      // The third attempt always works, so nothing of this reaches the caller.
      Candidate("bucket behind a bad proxy") {
        let ship = try S3Ship(
          FakeS3 { _, number in
            [.refuse(503, "SlowDown"), .none, .lose, .refuse(500, ""), .none, .cut][number % 6]
          }
        )
        return (ship.store, ship.service)
      }
    ]

  init(
    _ description: String,
    _ make: @escaping @Sendable () throws -> (store: any ObjectStore, ground: (any Sendable)?)
  ) {
    testDescription = description
    self.make = make
  }

  private var faulty: Candidate {
    Candidate(testDescription + ", through the faulty store without faults") {
      let (store, ground) = try make()
      return (FaultyStore(store), ground)
    }
  }
}
