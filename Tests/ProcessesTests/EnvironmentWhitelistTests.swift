import Testing

@testable import Processes

@Suite("The whitelist of environment variables")
struct EnvironmentWhitelistTests {
  private let environment = [
    "PATH": "/bin", "LANG": "C", "LC_ALL": "C", "TZ": "UTC", "HOME": "/root",
    "PGHOST": "h", "PGPASSWORD": "secret", "DRYDOCK_PASSPHRASE": "secret",
    "AWS_SECRET_ACCESS_KEY": "secret", "LD_PRELOAD": "x",
  ]

  @Test("A program gets path, language, time zone and home")
  func system() {
    let names = EnvironmentWhitelist.system.filtering(environment).keys.sorted()
    #expect(names == ["HOME", "LANG", "LC_ALL", "PATH", "TZ"])
  }

  @Test("A PostgreSQL client gets libpq's variables, and the password only when it is meant")
  func client() {
    let client = EnvironmentWhitelist.client
    #expect(client.filtering(environment)["PGHOST"] == "h")
    #expect(client.filtering(environment)["PGPASSWORD"] == nil)
    #expect(client.including(["PGPASSWORD"]).filtering(environment)["PGPASSWORD"] == "secret")
  }

  @Test("A scratch server gets neither home nor anything secret")
  func scratch() {
    let names = EnvironmentWhitelist.scratch.filtering(environment).keys.sorted()
    #expect(names == ["PATH", "TZ"])
  }

  @Test("An empty whitelist lets nothing pass")
  func empty() {
    #expect(EnvironmentWhitelist().filtering(environment).isEmpty)
  }
}
