import Migration
import Problems
import Reports
import Testing

@testable import Commands

@Suite("What GitHub Actions reads")
struct WorkflowTests {
  private func said(
    _ environment: [String: String],
    _ body: (Context) -> Void
  ) throws -> [Substring] {
    let sandbox = try Sandbox()
    sandbox.environment.merge(environment) { $1 }
    let world = sandbox.world()
    body(Context(world, Configuration(), SharedOptions()))
    return world.errors.captured.split(separator: "\n")
  }

  private static let actions = ["GITHUB_ACTIONS": "true"]

  @Test("A note and a warning that hold a command are between marks that nobody guesses")
  func notes() throws {
    let speak: (Context) -> Void = { context in
      context.note("a\n::error::owned")
      context.warn("b ##[error]owned")
    }
    let lines = try said(Self.actions, speak)
    #expect(lines.count == 7)
    let tokens = [lines[0], lines[4]].map { $0.replacing("::stop-commands::", with: "") }
    #expect(lines[3] == "::\(tokens[0])::" && lines[6] == "::\(tokens[1])::")
    #expect(tokens[0] != tokens[1] && tokens.allSatisfy { $0.count >= 16 })
    let plain: [Substring] = ["a", "::error::owned", "warning: b ##[error]owned"]
    #expect(try said([:], speak) == plain)
  }

  @Test("What holds no command is said as it is")
  func harmless() throws {
    #expect(try said(Self.actions) { $0.note("a: b") } == ["a: b"])
  }

  @Test("The summary of an error is one line, whoever wrote the name in it")
  func summary() {
    let problem = Problem(code: "a", "the file a\n  why: b was refused")
    #expect(problem.text(style: .plain) == "drydock: the file a\\n  why: b was refused\n")
  }

  @Test("Every tool whose files are known but ours can be taken over from")
  func tools() {
    #expect(AdoptedTool(argument: "drydock") == nil)
    #expect(AdoptedTool.choices.count == PatchLayout.allCases.count - 1)
    for name in AdoptedTool.choices {
      #expect(AdoptedTool(argument: name)?.layout.rawValue == name)
    }
  }
}
