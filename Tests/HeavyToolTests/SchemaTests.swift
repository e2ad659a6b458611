import Files
import Foundation
import Problems
import Processes
import Reports
import TestSupport
import Testing

/// Schemas that other people publish, as pip carries them; `scripts/test --all` puts them there.
@Suite("What other programs read is valid against their schemas")
struct SchemaTests {
  /// Where the validators and the schema of JUnit's XML are.
  private static func directory() throws -> String {
    guard let directory = ProcessInfo.processInfo.environment["DRYDOCK_TEST_SCHEMAS"] else {
      throw Problem(
        .usage,
        code: "tests.no-schemas",
        "the tests need the validators of other programs' formats",
        hint: "Set DRYDOCK_TEST_SCHEMAS to where they are; scripts/test --all does."
      )
    }
    return directory
  }

  /// Runs one of the validators.
  private func python(_ arguments: [String]) throws -> Outcome {
    let directory = try Self.directory()
    var variables = EnvironmentWhitelist(names: ["PATH", "HOME"]).ofThisProcess()
    variables["PYTHONPATH"] = "\(directory)/tools"
    return try Invocation("python3", arguments, environment: variables, directory: directory).run()
  }

  @Test(
    "The workflows in docs/ci",
    arguments: [
      ("github-actions.yml", ["vendor.github-workflows"]),
      ("gitlab-ci.yml", ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ]
  )
  func workflows(file: String, schema: [String]) throws {
    func check(_ path: String) throws -> Outcome {
      try python(["-m", "check_jsonschema", "--builtin-schema"] + schema + [path])
    }
    let path = "\(SharedInputs.packageRoot)/docs/ci/\(file)"
    let outcome = try check(path)
    #expect(outcome.status.isSuccess, "\(outcome.text)\(outcome.errors)")
    // A validator that passes everything would show nothing.
    let place = try TemporaryDirectory()
    let text = String(decoding: try ReadableFile.contents(of: path), as: UTF8.self)
    let wrong = "\(place.path)/\(file)"
    try AtomicFile.write(
      Array(text.replacing("script:", with: "scripts:").replacing("steps:", with: "step:").utf8),
      to: wrong,
      durability: .fast
    )
    #expect(try !check(wrong).status.isSuccess)
  }

  @Test("JUnit's XML, also with hostile names")
  func junit() throws {
    let place = try TemporaryDirectory()
    func check(_ document: String) throws -> Outcome {
      let path = "\(place.path)/cases.xml"
      try AtomicFile.write(
        Array(document.utf8),
        to: path,
        collision: .replace,
        durability: .fast
      )
      let validate = "import sys, xmlschema; xmlschema.validate(sys.argv[1], sys.argv[2])"
      return try python(["-c", validate, path, "\(try Self.directory())/junit-10.xsd"])
    }
    let hostile = "\"<a>&]]>\u{1B}[31m\n"
    let document = JUnit.document(
      hostile,
      [
        Report.Case(name: hostile, file: hostile, seconds: 0.1, failures: [hostile, "two"]),
        Report.Case(name: "0002", file: "0002.sql", seconds: 31.2),
      ]
    )
    let outcome = try check(document)
    #expect(outcome.status.isSuccess, "\(outcome.errors.suffix(2000))")
    #expect(try !check(document.replacing(" classname=", with: " file=")).status.isSuccess)
  }

  /// Every property must be one that a model of SARIF 2.1.0 knows: what it does not know it leaves out.
  private static let validateSARIF = """
    import json, sys, sarif_pydantic
    def require(given, known, place=""):
        if isinstance(given, dict):
            for key in given:
                assert key in known, place + "/" + key
                require(given[key], known[key], place + "/" + key)
        elif isinstance(given, list):
            assert len(given) == len(known), place
            for one, other in zip(given, known): require(one, other, place)
    given = open(sys.argv[1]).read()
    model = sarif_pydantic.Sarif.model_validate_json(given)
    known = model.model_dump_json(by_alias=True, exclude_none=True)
    require(json.loads(given), json.loads(known))
    """

  @Test("SARIF, by a model of its schema, also with hostile names")
  func sarif() throws {
    let place = try TemporaryDirectory()
    func check(_ document: String) throws -> Outcome {
      let path = "\(place.path)/issues.sarif"
      try AtomicFile.write(
        Array(document.utf8),
        to: path,
        collision: .replace,
        durability: .fast
      )
      return try python(["-c", Self.validateSARIF, path])
    }
    let hostile = "\"<a>&\u{1B}[31m\n%0A"
    let issues = [Report.Issue.Level.error, .warning, .note].map { level in
      Report.Issue(
        rule: "table-rewrite",
        title: hostile,
        level: level,
        message: hostile,
        file: "patches/\(hostile).sql",
        line: 3,
        column: 7,
        fingerprint: hostile,
        page: "docs/hazards/table-rewrite.md"
      )
    }
    let document = SARIF.log(issues, by: .init(name: "drydock", version: "1.0.0")).pretty
    let outcome = try check(document)
    #expect(outcome.status.isSuccess, "\(outcome.errors.suffix(2000))")
    #expect(try !check(document.replacing("\"warning\"", with: "\"awful\"")).status.isSuccess)
    #expect(try !check(document.replacing("\"ruleId\"", with: "\"rule\"")).status.isSuccess)
  }
}
