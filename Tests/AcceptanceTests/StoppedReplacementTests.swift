import Foundation
import Postgres
import Processes
import TestSupport
import Testing

/// A replacing restore that is killed at a point that decides, and what a person does next.
@Suite("A replacing restore that was killed is ended from the command line")
struct StoppedReplacementTests {
  private static let definition = """
    CREATE TABLE public.kind (name text PRIMARY KEY);
    INSERT INTO public.kind VALUES ('a'), ('b');
    CREATE SCHEMA shop;
    CREATE TABLE shop.item (id int PRIMARY KEY, kind text REFERENCES public.kind);
    INSERT INTO shop.item SELECT i, 'a' FROM generate_series(1, 50) i;
    """

  private struct Restores: Decodable {
    struct Item: Decodable {
      let state: String
      let unchecked: [String]
    }
    let restores: [Item]
  }

  private struct Plan: Decodable {
    let token: String
    let unfitting: [String]?
  }

  /// A user with a snapshot of a database that has lost a row since.
  private struct Scene {
    let user: Drydock
    let target: ConnectionSettings

    func live() throws -> Int? { try sql("SELECT count(*) FROM shop.item").int }

    @discardableResult
    func sql(_ text: String) throws -> Rows { try Connection.open(target).execute(text) }

    func confirmed(_ words: [String]) throws -> [String] {
      let plan = try user.run(words + ["--json"]).require(3).result(Plan.self)
      return words + ["--confirm", plan.token]
    }

    func restore(_ more: [String]) -> [String] { ["restore"] + more + ["--into", target.argument] }

    func replacing(_ way: String) -> [String] {
      restore(["latest", "--replace", "--schema", "shop", "--way", way, "--jobs", "1"])
    }

    func listed() throws -> [Restores.Item] {
      try user.run(["restores", "--into", target.argument, "--json"]).require(0)
        .result(Restores.self).restores
    }

    /// Kills a replacement before its first statement that has these words; returns its command.
    func kill(_ words: [String], before statement: String) throws -> [String] {
      let log = "\(user.directory)/points"
      try user.run(try confirmed(words), ["DRYDOCK_FAULT_LOG": log]).require(0)
      let points = FaultPoints.passed(log: log)
      let point = try #require(
        points.firstIndex { $0.contains("statement before: ") && $0.contains(statement) }
      )
      try user.run(try confirmed(restore(["--undo"]))).require(0)
      try user.run(try confirmed(restore(["--accept"]))).require(0)
      let again = try confirmed(words)
      let run = try user.run(again, ["DRYDOCK_FAULT_POINT": "\(point + 1)"])
      #expect(run.ending == .signalled(9), "\(run)")
      try FileManager.default.removeItem(atPath: log)
      return again
    }
  }

  private func withScene(_ body: (Scene) throws -> Void) throws {
    try withDatabase(on: .v15) { target in
      try Connection.open(target).execute(Self.definition)
      let scene = Scene(user: try Drydock(on: .v15), target: target)
      try scene.user.backup(target)
      try scene.sql("DELETE FROM shop.item WHERE id = 50")
      try body(scene)
    }
  }

  @Test("The same command again takes nothing from a copy that is proven; --resume ends it")
  func sameCommand() throws {
    try withScene { scene in
      let words = try scene.kill(scene.replacing("beside"), before: "LOCK TABLE")
      #expect(try scene.listed().map(\.state) == ["proven"])
      let again = try scene.user.run(words)
      #expect(again.code == 3 && again.errors.contains("--resume"), "\(again)")
      #expect(again.missingOfError == [])
      #expect(try scene.listed().map(\.state) == ["proven"])
      // What protects the database by now holds back the copy too.
      let file = "\(scene.user.directory)/protected.yaml"
      try Data("protected: true\n".utf8).write(to: URL(fileURLWithPath: file))
      let held = try scene.user.run(scene.restore(["--resume"]), ["DRYDOCK_CONFIG": file])
      #expect(held.code == 3 && held.errors.contains("protects this database"), "\(held)")
      #expect(try scene.live() == 49)
      try scene.user.run(scene.restore(["--resume"])).require(0)
      #expect(try scene.live() == 50)
    }
  }

  @Test("Killed before its foreign keys are checked, it says so until they are")
  func uncheckedKeys() throws {
    try withScene { scene in
      _ = try scene.kill(scene.replacing("beside"), before: "VALIDATE CONSTRAINT")
      let found = try scene.listed()
      #expect(found.map(\.state) == ["swapped"])
      #expect(found.map(\.unchecked) == [["shop.item item_kind_fkey"]])
      let shown = try scene.user.run(["restores", "--into", scene.target.argument]).require(0)
      #expect(shown.output.contains("foreign keys unchecked"), "\(shown)")
      // What replication or a disabled trigger lets through.
      try scene.sql(
        "SET session_replication_role = replica; DELETE FROM public.kind WHERE name = 'a'"
      )
      let accept = try scene.user.run(scene.restore(["--accept"]))
      #expect(accept.code == 3 && accept.errors.contains("item_kind_fkey"), "\(accept)")
      #expect(accept.missingOfError == [])
      let broken = try scene.user.run(scene.restore(["--resume"]))
      #expect(broken.code == 7 && broken.output.contains(#"FROM "shop"."item" o"#), "\(broken)")
      try scene.sql("INSERT INTO public.kind VALUES ('a')")
      try scene.user.run(scene.restore(["--resume"])).require(0)
      #expect(try scene.listed().map(\.unchecked) == [[]])
      #expect(try scene.sql("SELECT convalidated FROM pg_constraint WHERE contype = 'f'").bool)
      try scene.user.run(try scene.confirmed(scene.restore(["--accept"]))).require(0)
    }
  }

  @Test("The same command after an undo sets nothing aside a second time")
  func sameCommandAfterUndo() throws {
    try withScene { scene in
      let words = try scene.confirmed(scene.replacing("transaction"))
      try scene.user.run(words).require(0)
      try scene.user.run(try scene.confirmed(scene.restore(["--undo"]))).require(0)
      let again = try scene.user.run(words)
      #expect(again.code == 3 && again.errors.contains("is undone already"), "\(again)")
      #expect(again.missingOfError == [])
      #expect(try scene.listed().map(\.state) == ["undone"])
      #expect(try scene.live() == 49)
    }
  }

  @Test("An undo goes on where a foreign key no longer holds, and says which rows it is")
  func undoesWithoutKey() throws {
    try withScene { scene in
      try scene.sql("INSERT INTO shop.item VALUES (99, 'b')")
      try scene.user.run(try scene.confirmed(scene.replacing("transaction"))).require(0)
      try scene.sql("DELETE FROM public.kind WHERE name = 'b'")
      let words = scene.restore(["--undo"])
      let plan = try scene.user.run(words).require(3)
      #expect(plan.output.contains("Foreign keys that will not hold"), "\(plan)")
      let undone = try scene.user.run(try scene.confirmed(words))
      #expect(undone.code == 7, "\(undone)")
      #expect(undone.output.contains(#"FROM "shop"."item" o"#), "\(undone)")
      #expect(try scene.live() == 50)
      #expect(try scene.sql("SELECT count(*) FROM shop.item WHERE kind = 'b'").int == 1)
      try scene.sql("INSERT INTO public.kind VALUES ('b')")
      try scene.user.run(scene.restore(["--resume"])).require(0)
      #expect(try scene.listed().map(\.unchecked) == [[]])
    }
  }
}
