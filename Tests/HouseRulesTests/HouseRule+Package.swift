extension HouseRule {
  /// What the package lets a module see, and what the module says that it sees, are the same list.
  static let package = HouseRule(
    name: "An import of a module of the house is declared in Package.swift, and goes down there",
    sample: [
      "Package.swift": """
      let targets = [
        module("Files", ["Backup"]),
        module("Backup", [
          "Files",
        ]),
      ]
      """,
      "Sources/Backup/Backup.swift": "import Files\nimport Reports\nimport Foundation\n",
    ],
    broken: ["Package.swift:2", "Sources/Backup/Backup.swift:2"]
  ) { house in
    guard let package = house.files.first(where: { $0.path == "Package.swift" }) else { return [] }
    let declared = dependencies(in: package)
    let upward = declared.flatMap { module in
      module.names.filter { !mayImport(module.name, $0) }
        .map { Violation(package, module.line, "\(module.name) depends on \($0)") }
    }
    let undeclared = house.sources.flatMap { file -> [Violation] in
      guard let module = declared.first(where: { $0.name == file.module }) else { return [] }
      return imports(of: file)
        .filter { floorOfModule[$0.name] != nil && !module.names.contains($0.name) }
        .filter { $0.name != "Problems" }
        .map { Violation(file, $0.line, "\($0.name) is no dependency in Package.swift") }
    }
    return upward + undeclared
  }

  /// The modules that the package declares: name, line, and what each depends on.
  private static func dependencies(
    in package: SourceFile
  ) -> [(name: String, line: Int, names: Set<String>)] {
    let text = package.lines.joined(separator: "\n")
    return text.matches(of: /\bmodule\(\s*"(\w+)"(?:,\s*\[([^\]]*)\])?/).map { found in
      let line = text[..<found.range.lowerBound].count { $0 == "\n" } + 1
      let names = (found.2 ?? "").matches(of: /"(\w+)"/).map { String($0.1) }
      return (String(found.1), line, Set(names))
    }
  }
}
