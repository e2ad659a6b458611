import Postgres
import TestSupport
import Testing

@Suite("Whether a session is our own")
struct PoolingTests {
  @Test("A proxy that pools transactions is told by its changing sessions")
  func pooling() {
    #expect(!Connection.isPooled(own: [1, 1, 1], neighbour: 2))
    #expect(Connection.isPooled(own: [1, 1, 1], neighbour: 1))
    #expect(Connection.isPooled(own: [1, 1, 3], neighbour: 2))
  }

  @Test("A server's own session is one")
  func own() throws {
    try withDatabase(on: .v15) { database in
      try Connection.open(database).requireOwnSession()
    }
  }
}
