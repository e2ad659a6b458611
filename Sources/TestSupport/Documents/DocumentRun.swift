internal import Foundation
internal import Problems

/// The run of a document's blocks: what was not as the document says.
///
/// With `DRYDOCK_UPDATE_DOCUMENTS=1` the outputs that differ are written into the document as they
/// are; the diff is then read by a person, who shortens it.
public struct DocumentRun {
  /// One command of a block `console` with the output that the document shows.
  struct Exchange {
    var line: Int
    var command: String
    var shown: [String]
    /// The exit code that the last line of the output tells.
    var status: Int32 = 0
  }

  private let document: Document
  private let session: DocumentSession
  private var failures: [String] = []
  private var lines: [String]
  private var shift = 0
  private let isUpdate = ProcessInfo.processInfo.environment["DRYDOCK_UPDATE_DOCUMENTS"] == "1"

  /// Runs the blocks of a document in their order.
  ///
  /// - Returns: A line for each thing that is not as the document says; empty when all is.
  /// - Throws: Why the fixtures could not be made.
  public static func failures(of document: Document) throws -> [String] {
    guard let fixtures = document.fixtures else {
      return ["\(document.path) does not say what its blocks run with"]
    }
    var run = DocumentRun(
      document: document,
      session: try DocumentSession(fixtures: fixtures),
      lines: document.lines
    )
    for block in document.executed {
      guard try run.execute(block) else { break }
    }
    if run.isUpdate, run.lines != document.lines {
      try Data(run.lines.joined(separator: "\n").utf8)
        .write(to: URL(fileURLWithPath: "\(SharedInputs.packageRoot)/\(document.path)"))
    }
    return run.failures
  }

  private init(document: Document, session: DocumentSession, lines: [String]) {
    self.document = document
    self.session = session
    self.lines = lines
  }

  /// Whether it makes sense to go on.
  private mutating func execute(_ block: Document.Block) throws -> Bool {
    if block.language == "console" {
      for exchange in try Self.exchanges(of: block) {
        guard try execute(exchange) else { return false }
      }
      return true
    }
    let answer = try session.run(block.text)
    if answer.status != 0 {
      failures.append(
        "\(document.path):\(block.line): ended with \(answer.status), and said:\n\(answer.whole)"
      )
    }
    return answer.status == 0
  }

  private mutating func execute(_ exchange: Exchange) throws -> Bool {
    let answer = try session.run(command: exchange.command)
    let shown = ShownOutput(lines: exchange.shown)
    var difference = shown.difference(from: answer, &session.names)
    if answer.status != exchange.status {
      difference = "it ended with \(answer.status), not \(exchange.status)"
    }
    guard let difference else { return true }
    failures.append(
      """
      \(document.path):\(exchange.line): \(exchange.command)
        \(difference)
      It said:
      \(answer.whole)
      """
    )
    if isUpdate { write(answer, of: exchange) }
    return isUpdate || answer.status == exchange.status
  }

  private mutating func write(_ answer: DocumentAnswer, of exchange: Exchange) {
    let text = answer.status == 0 ? answer.output : answer.whole
    var said = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while said.last?.isEmpty == true { said.removeLast() }
    if answer.status != 0 { said.append("(exit code \(answer.status))") }
    let length = exchange.command.split(separator: "\n", omittingEmptySubsequences: false).count
    let start = exchange.line - 1 + length + shift
    let old = exchange.shown.count + (exchange.status == 0 ? 0 : 1)
    lines.replaceSubrange(start..<start + old, with: said)
    shift += said.count - old
  }

  /// The commands of a block: each begins with `$ ` and goes on behind a backslash or in `> ` lines.
  static func exchanges(of block: Document.Block) throws -> [Exchange] {
    var exchanges: [Exchange] = []
    var goesOn = false
    for (index, line) in block.lines.enumerated() {
      if line.hasPrefix("$ ") {
        let command = String(line.dropFirst(2))
        exchanges.append(Exchange(line: block.line + 1 + index, command: command, shown: []))
        goesOn = line.hasSuffix("\\")
      } else if let last = exchanges.indices.last {
        let isMore = exchanges[last].shown.isEmpty && line.hasPrefix("> ")
        if goesOn || isMore {
          exchanges[last].command +=
            "\n" + (line.hasPrefix("> ") ? String(line.dropFirst(2)) : line)
          goesOn = line.hasSuffix("\\")
        } else if let code = line.wholeMatch(of: /\(exit code (\d+)\)/) {
          exchanges[last].status = Int32(code.1) ?? 0
        } else {
          exchanges[last].shown.append(line)
        }
      } else {
        throw Problem(
          code: "tests.no-command",
          "line \(block.line + 1 + index): a block of console begins with its command, '$ ...'"
        )
      }
    }
    return exchanges
  }
}
