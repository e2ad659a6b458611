import Postgres
import TestSupport
import Testing

/// One operation of one of the five systems of docs/systems.md, from an empty server to its end.
///
/// It runs whole, and then every check of the content must hold. It runs again for each feature of
/// Drydock that it rests on, with the step of that feature done as the operator did it before, or left
/// out; then exactly the checks that `broken` names must fail. So neither a feature that does nothing
/// nor a check that cannot fail goes unnoticed.
protocol SystemScenario {
  /// What of Drydock the operation rests on.
  associatedtype Feature: CaseIterable, Hashable, Sendable
  /// What must be true of the content in the end.
  associatedtype Check: CaseIterable, Hashable, Sendable

  /// What is not true any more without a feature.
  static func broken(without feature: Feature) -> Set<Check>

  /// Does the operation; nil is the way of docs/systems.md.
  static func run(without feature: Feature?, on server: TestServer) throws -> Findings<Check>
}

extension SystemScenario {
  /// The whole operation on each server, and once without each feature.
  static var cases: [ScenarioCase<Feature>] {
    TestServer.allCases.map { ScenarioCase(feature: nil, server: $0) }
      + Feature.allCases.map { ScenarioCase(feature: $0, server: .v15) }
  }

  /// Runs a case, and expects exactly what it must break to be broken.
  static func expect(
    _ scenario: ScenarioCase<Feature>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let findings = try run(without: scenario.feature, on: scenario.server)
    let expected = scenario.feature.map(broken) ?? []
    #expect(
      findings.failing == expected,
      "\(findings.words)",
      sourceLocation: sourceLocation
    )
    #expect(findings.asked == Set(Check.allCases), sourceLocation: sourceLocation)
  }

  /// Expects that each check fails without some feature, and that each feature is needed by a check.
  static func expectEachCheckCanFail(sourceLocation: SourceLocation = #_sourceLocation) {
    let broken = Feature.allCases.map(broken)
    #expect(broken.allSatisfy { !$0.isEmpty }, sourceLocation: sourceLocation)
    #expect(
      Set(broken.joined()) == Set(Check.allCases),
      "the others can never fail",
      sourceLocation: sourceLocation
    )
  }
}

/// A run of a scenario: on which server, and without what.
struct ScenarioCase<Feature: Sendable>: Sendable, CustomTestStringConvertible {
  let feature: Feature?
  let server: TestServer

  var testDescription: String {
    feature.map { "\(server), without \($0)" } ?? "\(server), as Drydock does it"
  }
}

/// What was found of the content in the end.
struct Findings<Check: Hashable> {
  private(set) var asked: Set<Check> = []
  private(set) var failing: Set<Check> = []
  /// What was found where a check failed.
  private(set) var words: [String] = []

  /// Notes whether a check holds; asked twice, it must hold twice.
  mutating func note(_ check: Check, _ holds: Bool, _ found: String = "") {
    asked.insert(check)
    guard !holds else { return }
    failing.insert(check)
    words.append("\(check): \(found)")
  }

  /// Asks the database; what is not even there does not hold.
  mutating func ask(_ check: Check, _ condition: String, _ connection: Connection) throws {
    do {
      note(check, try connection.query("SELECT \(condition)", []).bool, condition)
    } catch {
      // A schema, a table or a column that is missing; anything else is a mistake of the test.
      guard ["3F000", "42P01", "42703"].contains(error.sqlState) else { throw error }
      note(check, false, error.reason)
    }
  }
}
