internal import Cryptography
internal import ObjectStore
internal import Problems

/// Names the object in every error about stored bytes.
enum Damage {
  static let code = "repository.damaged"

  /// Runs a body that reads one object, and adds the object's name to what it throws.
  static func naming<Result>(
    _ object: ObjectName,
    _ facts: [Problem.Fact] = [],
    _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let malformed as Malformed {
      throw problem(object, malformed.reason, facts)
    } catch CryptographyError.notAuthentic {
      throw problem(object, CryptographyError.notAuthentic.description, facts)
    } catch let error as CryptographyError {
      throw Problem(
        code: "repository.cryptography",
        "cannot open the object \(object)",
        reason: error.description,
        facts: [.init("object", object.text)] + facts
      )
    } catch let problem as Problem where problem.code == "compression.damaged" {
      throw Self.problem(object, problem.reason ?? problem.summary, facts)
    } catch let problem as Problem where problem.code == StoreProblem.shortCode {
      throw Self.problem(object, problem.reason ?? problem.summary, facts)
    } catch let problem as Problem where problem.code == StoreProblem.notFoundCode {
      throw Self.problem(object, "it is missing", facts)
    }
  }

  static func problem(
    _ object: ObjectName,
    _ reason: String,
    _ facts: [Problem.Fact] = []
  ) -> Problem {
    Problem(
      .damaged,
      code: code,
      "the object \(object) is damaged",
      reason: reason,
      facts: [.init("object", object.text)] + facts,
      hint: "Run `drydock check --read-data` to see how far the damage goes. "
        + "Other objects are not affected; a new backup stores again what is missing."
    )
  }
}

extension ObjectStore {
  /// A whole object, if it is no larger than its kind may be: the size is asked first.
  func get(_ name: ObjectName, limit: Int) throws -> [UInt8] {
    try Damage.naming(name) {
      let size = try size(of: name)
      guard size <= limit else {
        throw Malformed("it has \(size) bytes, more than the \(limit) that the format allows")
      }
      return try get(name)
    }
  }
}
