extension HouseRule {
  static let shapes = [
    filesAreShort, functionsAreShort, namesSaySomething, filesAreNamedAfterTypes,
  ]

  private static let filesAreShort = HouseRule(
    name: "A file has at most 600 lines",
    sample: [
      "Sources/Files/File.swift": String(repeating: "// line\n", count: 601),
      "Sources/Files/Other.swift": String(repeating: "// line\n", count: 600),
    ],
    broken: ["Sources/Files/File.swift:601"]
  ) { house in
    house.files.compactMap { file in
      let count = file.lines.count - (file.lines.last == "" ? 1 : 0)
      return count > 600 ? Violation(file, 601, "the file has \(count) lines") : nil
    }
  }

  private static let functionsAreShort = HouseRule(
    name: "A function has at most 70 lines",
    sample: [
      "Sources/Files/File.swift": """
      protocol P {
        func required()
        init(a: Int)
      }
      func short() {}
      func long(_ f: () -> Void = {}) -> Int {
      \(String(repeating: "  work()\n", count: 69))
      }
      """
    ],
    broken: ["Sources/Files/File.swift:6"]
  ) { house in
    house.files.flatMap { file in
      FunctionLengths.of(file.code).filter { $0.length > 70 }.map {
        Violation(file, $0.line, "the function has \($0.length) lines")
      }
    }
  }

  private static let namesSaySomething = HouseRule(
    name: "A file's name says what is in it",
    sample: [
      "Sources/Files/FileUtils.swift": "enum FileUtils {}\n",
      "Tests/FilesTests/Common.swift": "enum Common {}\n",
      "Sources/Files/Commonwealth.swift": "enum Commonwealth {}\n",
    ],
    broken: ["Sources/Files/FileUtils.swift:1", "Tests/FilesTests/Common.swift:1"]
  ) { house in
    let forbidden: Set<String> = ["util", "common", "helper", "manager", "misc"]
    return house.files.filter { !forbidden.isDisjoint(with: CodeWords.of($0.stem)) }
      .map { Violation($0, 1, "the name says nothing") }
  }

  /// Only modules, because a file of tests may hold free functions that read as sentences.
  ///
  /// A file without any code, such as a place that is kept for later, has no type to be named after.
  private static let filesAreNamedAfterTypes = HouseRule(
    name: "A file is named after a type in it, or Type+Topic after what it extends",
    sample: [
      "Sources/Files/File.swift": "struct Other {}\n",
      "Sources/Files/Lock.swift": "public final class Lock {}\n",
      "Sources/Files/Lock+Shared.swift": "extension File {}\n",
      "Sources/Files/Array+Bytes.swift": "extension [UInt8] {}\n",
    ],
    broken: ["Sources/Files/File.swift:1", "Sources/Files/Lock+Shared.swift:1"]
  ) { house in
    house.sources.filter { $0.stem != "main" && $0.hasCode }.compactMap { file in
      let parts = file.stem.split(separator: "+", maxSplits: 1).map(String.init)
      guard let type = parts.first else { return nil }
      let keywords =
        parts.count > 1 ? ["extension"] : ["struct", "class", "enum", "actor", "protocol"]
      let isThere = file.code.contains { line in
        let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
        guard let place = words.firstIndex(where: keywords.contains) else { return false }
        let named = words.dropFirst(place + 1)
        return parts.count > 1
          ? named.contains(type) || (type == "Array" && line.contains("[")) : named.first == type
      }
      return isThere ? nil : Violation(file, 1, "there is no \(type) in it")
    }
  }
}
