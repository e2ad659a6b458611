import Problems
import TestSupport
import Testing

@testable import Cluster

@Suite("Finding an installed PostgreSQL")
struct ServerBinariesTests {
  @Test(
    "The version is read as the server says it",
    arguments: [
      ("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n", "15.20", 15),
      ("postgres (PostgreSQL) 18.6\n", "18.6", 18),
      ("postgres (PostgreSQL) 19beta1\n", "19beta1", 19),
    ]
  )
  func version(answer: String, version: String, major: Int) throws {
    let found = try #require(ServerBinaries.version(in: answer))
    #expect(found == (version, major))
  }

  @Test("An answer of something else is no version")
  func noVersion() {
    #expect(ServerBinaries.version(in: "postgres 15") == nil)
    #expect(ServerBinaries.version(in: "postgres (PostgreSQL)") == nil)
  }

  @Test("The machine's own server is found without help")
  func installed() throws {
    #expect(try ServerBinaries.find(major: 15).major == 15)
    #expect(ServerBinaries.installed().contains { $0.directory == "/usr/lib/postgresql/15/bin" })
  }

  @Test("A major version that is not there is named, with what to install")
  func wrongMajor() throws {
    let problem = #expect(throws: Problem.self) { try ServerBinaries.find(major: 9) }
    #expect(problem?.code == "cluster.wrong-major")
    #expect(problem?.summary == "no server of PostgreSQL 9 is installed here")
    #expect(problem?.reason?.contains("15.") == true)
    #expect(problem?.hint?.contains("apt-get install postgresql-9") == true)
  }

  @Test("A named directory is the only one that counts")
  func namedDirectory() throws {
    let problem = #expect(throws: Problem.self) {
      try ServerBinaries.find(major: 15, in: "/usr/bin")
    }
    #expect(problem?.code == "cluster.no-server")
    let directory = try #require(try TestServer.v18.options().binaries)
    #expect(try ServerBinaries.find(major: 18, in: directory).major == 18)
    let other = #expect(throws: Problem.self) {
      try ServerBinaries.find(major: 15, in: directory)
    }
    #expect(other?.code == "cluster.wrong-major")
  }
}
