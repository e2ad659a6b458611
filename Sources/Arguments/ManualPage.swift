/// Renders the manual page in mdoc, the language of `man` pages (see mdoc(7)).
public enum ManualPage {
  /// One page for the whole program, section 1 of the manual.
  ///
  /// The footer shows `version` and `date`, which mdoc writes as `January 31, 2026`.
  public static func render(_ info: CommandInfo, version: String, date: String) -> String {
    var lines = [
      ".Dd \(date)", ".Dt \(info.name.uppercased()) 1", ".Os \(info.name) \(version)",
      ".Sh NAME", ".Nm \(info.name)", ".Nd \(escaped(withoutStop(info.summary)))",
      ".Sh SYNOPSIS", ".Nm", ".Ar command", ".Op Ar ...",
    ]
    let discussion = HelpText.paragraphs(info.discussion)
    if !discussion.isEmpty {
      lines.append(".Sh DESCRIPTION")
      lines += discussion.map(escaped).flatMap { [".Pp", $0] }.dropFirst()
    }
    for section in info.sections {
      let leaves = section.commands.flatMap(\.visibleLeaves)
      guard !leaves.isEmpty else { continue }
      lines.append(".Sh \(escaped(section.title.uppercased()))")
      for leaf in leaves { lines += command(leaf) }
    }
    for note in info.notes {
      lines += [".Sh \(escaped(note.title.uppercased()))", ".Bl -tag -width Ds"]
      for row in note.rows { lines += [".It \(escaped(row.term))", escaped(row.text)] }
      lines.append(".El")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func command(_ info: CommandInfo) -> [String] {
    var lines = [".Ss \(escaped(info.path.dropFirst().joined(separator: " ")))"]
    lines.append(".Bd -literal -compact")
    lines.append(escaped(String(HelpText.usage(info).dropFirst("Usage: ".count))))
    lines += [".Ed", ".Pp", escaped(info.summary)]
    for paragraph in HelpText.paragraphs(info.discussion) { lines += [".Pp", escaped(paragraph)] }
    if !info.arguments.isEmpty {
      lines.append(".Bl -tag -width Ds")
      for argument in info.arguments {
        lines += [".It \(escaped(argument.term))", escaped(argument.fullHelp)]
      }
      lines.append(".El")
    }
    for example in info.examples {
      lines += [".Pp", escaped(example.purpose), ".Bd -literal -offset indent -compact"]
      lines += [escaped(example.line), ".Ed"]
    }
    return lines
  }

  private static func withoutStop(_ text: String) -> String {
    text.hasSuffix(".") ? String(text.dropLast()) : text
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
