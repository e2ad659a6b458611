import Arguments

/// A command of a made-up program, with one argument of each kind.
struct PaintCommand: Command, Equatable {
  enum Finish: String, CaseIterable, ArgumentValue {
    case matt
    case glossy
  }

  static let name = "paint"
  static let summary = "Paint walls."
  static let discussion = """
    Paints every wall that is named,
    one after the other.

    Wet paint is left alone.
    """
  static let examples = [Example("decorate paint north --coats 2", "Paint the north wall twice.")]

  var room = ""
  var walls: [String] = []
  var coats = 1
  var finish: Finish?
  var drying: Duration?
  var can: ByteSize?
  var labels: [KeyValue] = []
  var isFast = false
  var shared = SharedGroup()

  static var arguments: [Argument<Self>] {
    positional("room", \.room, "The room.", completion: .words(of: "rooms"))
    positional("wall", \.walls, "The walls; all of them if none is named.")
    option("--coats", short: "-c", \.coats, value: "N", "How many coats.")
    option("--finish", \.finish, value: "FINISH", "How it shines.")
    option("--drying", \.drying, value: "TIME", "How long a coat dries.")
    option("--can", \.can, value: "SIZE", "The size of a can.")
    option(
      "--label",
      \.labels,
      value: "K=V",
      "A label for the can.",
      completion: .words(of: "labels")
    )
    flag("--fast", \.isFast, "Work fast.")
    group(\.shared)
  }
}

/// Options that several commands of the made-up program share.
struct SharedGroup: ArgumentGroup, Equatable {
  var plan: String?

  static var arguments: [Argument<Self>] {
    option("--plan", \.plan, value: "FILE", "The plan's file.", completion: .file)
      .listed(under: "Options of every command")
  }
}

/// A command that must be told where it works.
struct TearCommand: Command {
  static let name = "tear"
  static let summary = "Tear wallpaper down."
  var from = ""

  static var arguments: [Argument<Self>] {
    requiredOption("--from", \.from, value: "WALL", "The wall.")
  }
}

/// A command that lists leave out.
struct SecretCommand: Command {
  static let name = "secret"
  static let summary = "Nobody sees this."
  static let isHidden = true

  static var arguments: [Argument<Self>] {
    flag("--quiet", \.isQuiet, "Say nothing.")
  }

  var isQuiet = false
}

/// The made-up program.
enum Decorate {
  static let root = CommandGroup(
    name: "decorate",
    summary: "Make rooms nice.",
    discussion: "It paints, and it papers.",
    sections: [
      .init("Walls", [.command(PaintCommand.self), .group(paper)]),
      .init("Other", [.command(SecretCommand.self)]),
    ],
    notes: [.init("Exit status", [.init("0", "Nice."), .init("1", "Not nice.")])]
  )

  static let paper = CommandGroup(
    name: "paper",
    summary: "Work with wallpaper.",
    sections: [.init("Commands", [.command(TearCommand.self)])]
  )
}
