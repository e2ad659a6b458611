import Testing

@testable import ObjectStore

@Suite("A page of a listing is read whole or not at all")
struct S3ListingTests {
  private func page(_ inner: String) -> S3Listing? {
    S3Listing(Array("<ListBucketResult>\(inner)</ListBucketResult>".utf8))
  }

  private let entry =
    "<Contents><Key>a%2Fb</Key><LastModified>2013-05-24T00:00:00.000Z</LastModified>"
    + "<Size>7</Size></Contents>"

  @Test("Entries and the token of the next page")
  func whole() throws {
    let first = try #require(
      page(
        "<EncodingType>url</EncodingType>\(entry)<IsTruncated>true</IsTruncated>"
          + "<NextContinuationToken>t/+=</NextContinuationToken>"
      )
    )
    #expect(first.entries == [.init(key: "a/b", size: 7, modified: 1_369_353_600)])
    #expect(first.next == "t/+=")
    let last = try #require(page("\(entry)<IsTruncated>false</IsTruncated>"))
    #expect(last.entries.map(\.key) == ["a%2Fb"] && last.next == nil)
  }

  @Test("What lacks a part is no page: a list that may lack something is worse than none")
  func incomplete() {
    let end = "<IsTruncated>false</IsTruncated>"
    #expect(page(entry) == nil)
    #expect(page("<IsTruncated>true</IsTruncated>") == nil)
    #expect(page("<IsTruncated>perhaps</IsTruncated>") == nil)
    #expect(page(entry.replacing("<Size>7</Size>", with: "") + end) == nil)
    #expect(page(entry.replacing(">7<", with: ">-7<") + end) == nil)
    #expect(page(entry.replacing("2013-05", with: "2013-25") + end) == nil)
    #expect(page(entry.replacing("<Key>a%2Fb</Key>", with: "") + end) == nil)
    #expect(S3Listing(Array("<Other>\(end)</Other>".utf8)) == nil)
    #expect(S3Listing([]) == nil)
  }
}
