import Catalog
import Testing

@Suite("A place in the log")
struct LSNTests {
  @Test(
    "It is read and written as the server does",
    arguments: ["16/B374D848", "0/0", "FFFFFFFF/1"]
  )
  func notation(text: String) {
    #expect(LSN(text)?.description == text)
  }

  @Test("Places compare by the whole number, not by the text")
  func order() throws {
    let earlier = try #require(LSN("9/FFFFFFFF"))
    let later = try #require(LSN("10/0"))
    #expect(earlier < later)
    #expect(LSN.zero < earlier)
    #expect(later.position == 0x10_0000_0000)
  }

  @Test(
    "Another text is no place",
    arguments: ["", "16", "16/", "/1", "1/2/3", "+1/2", "1/123456789"]
  )
  func rubbish(text: String) {
    #expect(LSN(text) == nil)
  }
}
