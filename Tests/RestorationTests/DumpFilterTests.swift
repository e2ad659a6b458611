import Testing

@testable import Restoration

@Suite("Roles that are there are not made again")
struct DumpFilterTests {
  private func filtered(_ script: String, by portion: Int, isNeeded: Bool = true) throws -> String {
    let bytes = Array(script.utf8)
    var filter = DumpFilter(roles: ["postgres", "Bob"], isNeeded: isNeeded)
    var result: [UInt8] = []
    func take(_ piece: Span<UInt8>) { for index in piece.indices { result.append(piece[index]) } }
    for start in stride(from: 0, to: bytes.count, by: portion) {
      let span = bytes.span.extracting(start..<min(start + portion, bytes.count))
      try filter.append(span) { take($0) }
    }
    try filter.finish { take($0) }
    return String(decoding: result, as: UTF8.self)
  }

  private static let script = """
    CREATE ROLE postgres;
    ALTER ROLE postgres WITH SUPERUSER;
    CREATE ROLE "Bob";
    CREATE ROLE postgres2;
    \\connect template1
    CREATE ROLE postgres;
    no line feed
    """

  @Test(
    "Before the first database, whole lines only, however the bytes come",
    arguments: [1, 5, 999]
  )
  func filters(portion: Int) throws {
    let expected = """

      ALTER ROLE postgres WITH SUPERUSER;

      CREATE ROLE postgres2;
      \\connect template1
      CREATE ROLE postgres;
      no line feed
      """
    #expect(try filtered(Self.script, by: portion) == expected)
    #expect(try filtered(Self.script, by: portion, isNeeded: false) == Self.script)
    #expect(try filtered("CREATE ROLE postgres", by: portion) == "CREATE ROLE postgres")
  }
}
