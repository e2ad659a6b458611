import Testing

@Suite("The house keeps its rules")
struct HouseRulesTests {
  /// Read once, because every rule reads all of it.
  private static let house = Result { try House.current() }

  @Test("The house keeps the rule", arguments: HouseRule.all)
  func keeps(_ rule: HouseRule) throws {
    let violations = rule.check(try Self.house.get())
    #expect(
      violations.isEmpty,
      "\(rule.name):\n\(violations.map(\.description).joined(separator: "\n"))"
    )
  }

  @Test("The rule can fail", arguments: HouseRule.all)
  func canFail(_ rule: HouseRule) {
    let places = rule.check(House(rule.sample)).map { violation in
      violation.description.split(separator: ":").prefix(2).joined(separator: ":")
    }
    #expect(places.sorted() == rule.broken.sorted())
  }

  @Test("The rules see the whole house")
  func seesEverything() throws {
    let house = try Self.house.get()
    #expect(house.sources.count > 20)
    #expect(house.files.contains { $0.path == "Package.swift" })
    #expect(house.documents.contains { $0.path == "Sources/Reports/Reports.docc/Reports.md" })
  }

  @Test("Comments and quoted texts are no code, but interpolations are")
  func blanks() {
    let text = """
      let a = "try! \\(try! b("as!"))" // try!
      /* as! /* nested */ as! */ let c = #"as! "quoted" \\#(d as! E)"#
      """
    #expect(
      CodeText.blanked(text).split(separator: "\n").map(String.init) == [
        #"let a = "     \(try! b("   "))"        "#,
        ##"                           let c = #"             \#(d as! E)"#"##,
      ]
    )
  }
}
