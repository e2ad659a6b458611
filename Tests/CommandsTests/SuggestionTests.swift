import Repository
import TestSupport
import Testing

@testable import Commands

@Suite("What was probably meant")
struct SuggestionTests {
  private let scene: RepositoryOnDisk

  init() throws { scene = try RepositoryOnDisk() }

  private func hint(_ words: String...) async -> String {
    let world = scene.sandbox.world()
    let status = await Program(world: world).run(words + ["--repository", "backups"])
    #expect(status == .usage)
    return world.errors.captured
  }

  @Test("A snapshot is found by a slip in latest, in an id, in a tag and in a database's name")
  func snapshots() async throws {
    let name = try scene.add(tags: ["git": "1a2b3c4d", "release": "7"])
    let id = String(name.text.suffix(8))
    #expect(await hint("show", "latst").contains("Did you mean latest?"))
    #expect(await hint("show", "Latest").contains("Did you mean latest?"))
    #expect(await hint("show", "shop").contains("Did you mean latest:shop?"))
    #expect(await hint("show", "latest:shpo").contains("Did you mean latest:shop?"))
    #expect(await hint("show", "gti=1a2b3c4d").contains("Did you mean git=1a2b3c4d?"))
    #expect(await hint("show", "git=1a2b").contains("Did you mean git=1a2b3c4d?"))
    #expect(await hint("show", "1a2b3c4d").contains("Did you mean git=1a2b3c4d?"))
    let last: Character = id.last == "0" ? "1" : "0"
    let slip = String(id.dropLast()) + String(last)
    #expect(await hint("show", slip).contains("Did you mean \(id)?"))
    #expect(await hint("forget", slip).contains("Did you mean \(id)?"))
    #expect(await !hint("show", "something-else").contains("Did you mean"))
  }

  @Test("An empty word names no snapshot, although the only one begins with it")
  func emptyWord() async throws {
    let name = try scene.add()
    #expect(await hint("show", "").contains("No snapshot is named"))
    #expect(await hint("show", ":shop").contains("No snapshot is named"))
    #expect(await hint("forget", "", "--even-last").contains("No snapshot is named"))
    #expect(try scene.repository.snapshots() == [name])
  }

  @Test("A profile, and a database that has no snapshots, are found by a slip")
  func names() async throws {
    try scene.add()
    try scene.sandbox.write(
      "home/.config/drydock/drydock.yaml",
      "profiles: {production: {label: production}}\n"
    )
    #expect(await hint("snapshots", "--profile", "prodution").contains("Did you mean production?"))
    let list = await scene.run("snapshots", "--of", "shpo", "--repository", "backups")
    #expect(
      list.output == "No snapshots of shpo. Did you mean shop? There are some of shop.\n"
    )
  }
}
