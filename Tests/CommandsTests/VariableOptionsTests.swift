import Problems
import Testing

@testable import Commands

@Suite("Variables on the command line")
struct VariableOptionsTests {
  @Test("A value may be empty and hold equals signs")
  func values() throws {
    var options = VariableOptions()
    options.settings = ["a=", "b=c=d", "_x1= y"]
    #expect(try options.values() == ["a": "", "b": "c=d", "_x1": " y"])
  }

  @Test(
    "What is no name with a value is refused",
    arguments: [["a"], ["=b"], ["a b=c"], ["a=1", "a=2"]]
  )
  func refused(settings: [String]) {
    var options = VariableOptions()
    options.settings = settings
    let problem = #expect(throws: Problem.self) { try options.values() }
    #expect(problem?.code == "usage.variable")
  }
}
