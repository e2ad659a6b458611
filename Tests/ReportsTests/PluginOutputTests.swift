import Reports
import TestSupport
import Testing

@Suite("The output of a plugin of Nagios")
struct PluginOutputTests {
  @Test("One line with numbers, then the details")
  func text() throws {
    let output = PluginOutput(
      service: "DRYDOCK",
      status: .critical,
      summary: "shop: the newest is 2 d 3 h old",
      numbers: [
        .init("shop age", 183_600, unit: "s", warning: 3600, critical: 93_600),
        .init("size", 1024, unit: "B"),
      ],
      details: ["critical: shop", "ok: billing"]
    )
    #expect(
      output.text == """
        DRYDOCK CRITICAL - shop: the newest is 2 d 3 h old | 'shop age'=183600s;3600;93600;0 'size'=1024B;;;0
        critical: shop
        ok: billing

        """
    )
  }

  @Test("A hostile name ends neither the text, nor a label, nor the line")
  func hostile() throws {
    let name = "a|b'c=d\ne"
    let text = PluginOutput(
      service: "DRYDOCK",
      status: .ok,
      summary: name,
      numbers: [.init(name, 1, unit: "s")],
      details: [name]
    ).text
    #expect(text == "DRYDOCK OK - a/b'c=d\\ne | 'a_b_c_d\\ne'=1s;;;0\na/b'c=d\\ne\n")
  }

  @Test("The exit codes are those of the interface")
  func codes() {
    #expect(PluginOutput.Status.allCases.map(\.rawValue) == [0, 1, 2, 3])
  }
}
