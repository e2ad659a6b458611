/// Renders manual pages in mdoc, the language of `man` pages (see mdoc(7)).
///
/// One sentence stands on one line, as mdoc wants it, and no line is longer than 80 bytes.
public enum ManualPage {
  /// One page for the whole program, section 1 of the manual.
  ///
  /// The footer shows `version` and `date`, which mdoc writes as `January 31, 2026`.
  public static func render(_ info: CommandInfo, version: String, date: String) -> String {
    var lines = head(info, program: info.name, version, date)
    lines += [".Sh SYNOPSIS", ".Nm", ".Ar command", ".Op Ar ..."]
    lines += description(info)
    for section in info.sections {
      let leaves = section.commands.flatMap(\.visibleLeaves)
      guard !leaves.isEmpty else { continue }
      lines.append(".Sh \(escaped(section.title.uppercased()))")
      for leaf in leaves { lines += command(leaf) }
    }
    lines += notes(info)
    return lines.joined(separator: "\n") + "\n"
  }

  /// A page for one command or group alone, `program-command(1)`.
  ///
  /// - Parameters:
  ///   - info: The command.
  ///   - root: The program, whose page says what holds for all commands.
  ///   - version: The program's version, for the footer.
  ///   - date: As mdoc writes one: `January 31, 2026`.
  /// - Returns: The page.
  public static func render(
    _ info: CommandInfo,
    of root: CommandInfo,
    version: String,
    date: String
  ) -> String {
    guard info.path.count > 1 else { return render(root, version: version, date: date) }
    var lines = head(info, program: root.name, version, date)
    lines += [".Sh SYNOPSIS", ".Bd -literal -compact", escaped(usage(info)), ".Ed"]
    lines += description(info)
    for section in info.sections {
      let commands = section.commands.filter { !$0.isHidden }
      guard !commands.isEmpty else { continue }
      lines += [".Sh \(escaped(section.title.uppercased()))"]
      lines += list(commands.map { ($0.name, $0.summary) })
    }
    if !info.arguments.isEmpty {
      lines += [".Sh OPTIONS"] + list(info.arguments.map { ($0.term, $0.fullHelp) })
    }
    if !info.examples.isEmpty { lines += [".Sh EXAMPLES"] + examples(info).dropFirst() }
    lines += notes(info)
    lines += [".Sh SEE ALSO"] + references(info, root)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The name of a command's page, which is also that of its file: `drydock-key-add.1`.
  public static func fileName(_ info: CommandInfo) -> String { "\(pageName(info)).1" }

  private static func pageName(_ info: CommandInfo) -> String {
    info.path.joined(separator: "-")
  }

  private static func head(
    _ info: CommandInfo,
    program: String,
    _ version: String,
    _ date: String
  ) -> [String] {
    let name = pageName(info)
    return [
      ".Dd \(date)", ".Dt \(name.uppercased()) 1", ".Os \(program) \(version)", ".Sh NAME",
      ".Nm \(name)", ".Nd \(escaped(withoutStop(info.summary)))",
    ]
  }

  private static func description(_ info: CommandInfo) -> [String] {
    var paragraphs = HelpText.paragraphs(info.discussion)
    if paragraphs.isEmpty && info.path.count > 1 { paragraphs = [info.summary] }
    guard !paragraphs.isEmpty else { return [] }
    return [".Sh DESCRIPTION"] + paragraphs.flatMap { [".Pp"] + lines($0) }.dropFirst()
  }

  private static func notes(_ info: CommandInfo) -> [String] {
    info.notes.flatMap { note in
      [".Sh \(escaped(note.title.uppercased()))"] + list(note.rows.map { ($0.term, $0.text) })
    }
  }

  /// The program's page, and the pages beside this one in its group.
  private static func references(_ info: CommandInfo, _ root: CommandInfo) -> [String] {
    let near = neighbours(info, root).filter { $0.path != info.path && !$0.isHidden }
    let pages = [root.name] + near.map(pageName).sorted()
    return pages.enumerated().map { number, page in
      ".Xr \(page) 1\(number + 1 < pages.count ? " ," : "")"
    }
  }

  private static func neighbours(_ info: CommandInfo, _ root: CommandInfo) -> [CommandInfo] {
    if !info.sections.isEmpty { return info.subcommands }
    let parent = Array(info.path.dropLast())
    // Beside every command of the program would be all of them.
    guard parent.count > 1 else { return [] }
    return root.visibleTree.first { $0.path == parent }.map { [$0] + $0.subcommands } ?? []
  }

  private static func command(_ info: CommandInfo) -> [String] {
    var lines = [".Ss \(escaped(info.path.dropFirst().joined(separator: " ")))"]
    lines += [".Bd -literal -compact", escaped(usage(info)), ".Ed", ".Pp"]
    lines += Self.lines(info.summary)
    for paragraph in HelpText.paragraphs(info.discussion) {
      lines += [".Pp"] + Self.lines(paragraph)
    }
    if !info.arguments.isEmpty { lines += list(info.arguments.map { ($0.term, $0.fullHelp) }) }
    return lines + examples(info)
  }

  private static func usage(_ info: CommandInfo) -> String {
    String(HelpText.usage(info).dropFirst("Usage: ".count))
  }

  private static func list(_ rows: [(term: String, text: String)]) -> [String] {
    [".Bl -tag -width Ds"]
      + rows.flatMap { [".It \(escaped($0.term))"] + lines($0.text) } + [".El"]
  }

  private static func examples(_ info: CommandInfo) -> [String] {
    info.examples.flatMap { example in
      [".Pp"] + lines(example.purpose)
        + [".Bd -literal -offset indent -compact", escaped(example.line), ".Ed"]
    }
  }

  private static func withoutStop(_ text: String) -> String {
    text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// A text as lines of the source: each sentence begins one, long ones go on in the next.
  private static func lines(_ text: String) -> [String] {
    var sentences = [""]
    for word in text.split(whereSeparator: \.isWhitespace) {
      let ends = sentences[sentences.count - 1].last.map { ".?!".contains($0) } ?? false
      if ends && word.first?.isUppercase == true { sentences.append("") }
      let isFirst = sentences[sentences.count - 1].isEmpty
      sentences[sentences.count - 1] += (isFirst ? "" : " ") + word
    }
    // Escapes make a line longer.
    return sentences.flatMap { HelpText.wrap($0, 66).map(escaped) }
  }

  /// Protects what roff would read as an instruction: backslashes, and dots and quotes in front.
  private static func escaped(_ text: String) -> String {
    var safe = ""
    for character in text {
      switch character {
      case "\\": safe += "\\e"
      case "-": safe += "\\-"
      default: safe.append(character)
      }
    }
    let needsGuard = safe.hasPrefix(".") || safe.hasPrefix("'")
    return needsGuard ? "\\&" + safe : safe
  }
}
