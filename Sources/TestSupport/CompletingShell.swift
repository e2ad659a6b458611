internal import Foundation
internal import Problems

/// A shell in which a person presses the tabulator key.
///
/// What the shell makes of a line is seen by letting it print the words of it: the screen itself
/// shows every redraw.
public final class CompletingShell {
  private let person: PersonAtTerminal
  private var count = 0

  /// Starts a shell with the program's completions.
  ///
  /// - Parameters:
  ///   - shell: `bash` or `zsh`.
  ///   - user: Whose repository and environment it has.
  ///   - variables: More of its environment; an empty value takes a variable away.
  /// - Throws: Why it could not be started.
  public init(_ shell: String, _ user: Drydock, _ variables: [String: String] = [:]) throws {
    let programs = URL(fileURLWithPath: Drydock.program).deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let calm = ["PATH": "\(programs):\(path)", "PS1": "ready>", "INPUTRC": "/dev/null"]
    let start = shell == "zsh" ? "zsh -f -i" : "bash --norc --noprofile -i"
    person = try PersonAtTerminal(user, line: start, calm.merging(variables) { $1 })
    try person.wait(for: "ready>")
    if shell == "zsh" {
      try run("bindkey -e; setopt no_list_beep; autoload -U compinit; compinit -u -D")
    }
    try run("source <(drydock completions \(shell))")
  }

  /// Runs a line to its end.
  public func run(_ line: String) throws {
    count += 1
    // The typed line shows the words apart, the printed one as one.
    try person.type("\(line); printf '<%s%s>' done \(count)\n")
    try person.wait(for: "<done\(count)>")
  }

  /// The words of a line after the tabulator key was pressed at its end.
  ///
  /// - Parameter line: What is typed.
  /// - Returns: Its words, as the shell would hand them over.
  /// - Throws: What the shell showed, when it does not come back within a minute.
  public func complete(_ line: String) throws -> [String] {
    count += 1
    let end = "end\(count)"
    // Ctrl-A goes to the beginning of the line, Ctrl-E to its end.
    try person.type("\(line)\t\u{1}printf '<%s>' begin\(count) \u{5} \(end)\n")
    try person.wait(for: "<\(end)>")
    guard let begin = person.screen.range(of: "<begin\(count)>", options: .backwards) else {
      throw Problem(code: "tests.no-line", "the shell printed no line", reason: person.screen)
    }
    let rest = person.screen[begin.upperBound...]
    return rest.split(separator: "<").map { String($0.prefix { $0 != ">" }) }.prefix { $0 != end }
      .map { $0 }
  }

  /// Leaves the shell.
  public func end() throws {
    try person.type("\u{5}\u{15}exit\n")
    _ = try person.end()
  }
}
