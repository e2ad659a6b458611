/// Cases as JUnit's XML, in the form that CI systems agree on.
///
/// There is no standard; Jenkins, GitLab and GitHub's actions read `testsuites`, `testsuite`,
/// `testcase` and `failure` with these attributes. Jenkins checks against junit-10.xsd, which knows no
/// attribute for a file: its path is the name of the class.
public enum JUnit {
  /// The document of one suite.
  public static func document(_ name: String, _ cases: [Report.Case]) -> String {
    let counts = [
      "tests": "\(cases.count)",
      "failures": "\(cases.count { !$0.failures.isEmpty })",
      "errors": "0",
      "time": seconds(cases.reduce(0) { $0 + $1.seconds }),
    ]
    let suite = HTML.element(
      "testsuite",
      counts.merging(["name": name, "skipped": "0"]) { one, _ in one },
      cases.map(element)
    )
    let root = HTML.element("testsuites", counts, [suite])
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(root.markup)\n"
  }

  private static func element(_ one: Report.Case) -> HTML {
    let failure = HTML.element(
      "failure",
      ["message": one.failures.first ?? "", "type": "verdict"],
      [.text(one.failures.joined(separator: "\n"))]
    )
    return .element(
      "testcase",
      ["name": one.name, "classname": one.file, "time": seconds(one.seconds)],
      one.failures.isEmpty ? [] : [failure]
    )
  }

  /// Milliseconds, written without a locale and without an exponent.
  static func seconds(_ seconds: Double) -> String {
    let milliseconds = Int((seconds * 1000).rounded())
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }
}
