import HTTP
import Testing

@Suite("An address is a server and nothing else")
struct HTTPAddressTests {
  @Test(
    "It is read and shown with the port only where that is not the scheme's own",
    arguments: [
      ("https://Store.Example.org", "https://store.example.org", "store.example.org"),
      ("https://store.example.org:443/", "https://store.example.org", "store.example.org"),
      ("https://store:9000", "https://store:9000", "store:9000"),
      ("http://127.0.0.1:7480", "http://127.0.0.1:7480", "127.0.0.1:7480"),
      ("http://localhost:80", "http://localhost", "localhost"),
      ("http://[::1]:9000", "http://[::1]:9000", "[::1]:9000"),
      ("https://[2001:db8::1]", "https://[2001:db8::1]", "[2001:db8::1]"),
    ]
  )
  func parsed(text: String, shown: String, authority: String) throws {
    let address = try HTTPAddress(parsing: text)
    #expect(address.description == shown)
    #expect(address.authority == authority)
  }

  @Test(
    "Plain http to another host, a user, a path and nonsense are refused",
    arguments: [
      "http://store.example.org", "http://127.0.0.1.example.org", "http://10.0.0.1",
      "http://127.1", "http://localhost.example.org", "http://[::2]", "store.example.org",
      "ftp://store", "https://", "https://user@store", "https://user:word@store",
      "https://store/path", "https://store:0", "https://store:99999", "https://store?x",
      "https://sto re", "https://store#x",
    ]
  )
  func refused(text: String) {
    let failure = #expect(throws: HTTPFailure.self) { try HTTPAddress(parsing: text) }
    #expect(failure?.kind == .address)
  }
}
