internal import Migration
internal import SQLSyntax

extension HazardRule {
  /// Names of new things, and what the author wrote for the tool.
  static let names = [
    HazardRule(.nameStyle, .nameCut) { evidence in
      evidence.steps.flatMap { step in
        step.actions.flatMap(newNames).flatMap { name -> [Finding] in
          var found: [Finding] = []
          if !isPlain(name) {
            found.append(
              evidence.finding(.nameStyle, step, name, "\"\(name)\" must be quoted everywhere")
            )
          }
          if isCut(name, in: step.statement.text) {
            found.append(
              evidence.finding(.nameCut, step, name, "a name is cut to \(name)")
            )
          }
          return found
        }
      }
    }
  ]

  private static func newNames(_ action: SchemaAction) -> [String] {
    switch action {
    case .createTable(let table, let columns, let constraints):
      [table.name] + columns.map(\.name) + constraints.compactMap(\.name)
    case .addColumn(_, let column): [column.name]
    case .addConstraint(_, let constraint): [constraint.name].compactMap { $0 }
    case .createIndex(_, let index): [index.name].compactMap { $0 }
    case .rename(_, _, _, let name): [name]
    case .createEnum(let name), .createDomain(let name, _): [name.name]
    default: []
    }
  }

  /// Whether PostgreSQL reads the name without quotes, reserved words apart.
  private static func isPlain(_ name: String) -> Bool {
    !(name.first?.isNumber ?? true)
      && name.unicodeScalars.allSatisfy {
        $0 == "_" || $0 == "$" || $0.properties.isLowercase || ("0"..."9").contains($0)
          || $0.value > 127
      }
  }

  /// The parser cuts names like the server, to 63 bytes; the text shows that there was more.
  private static func isCut(_ name: String, in text: String) -> Bool {
    guard name.utf8.count >= 60 else { return false }
    let text = text.lowercased()
    return text.ranges(of: name.lowercased()).contains { range in
      guard range.upperBound < text.endIndex else { return false }
      let next = text[range.upperBound]
      return next.isLetter || next.isNumber || next == "_"
    }
  }
}
