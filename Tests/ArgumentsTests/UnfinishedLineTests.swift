import Arguments
import Testing

@Suite("A line while it is typed")
struct UnfinishedLineTests {
  private func line(_ words: String...) -> UnfinishedLine {
    UnfinishedLine(words, of: CommandInfo(Decorate.root))
  }

  @Test("A place is found by what stands before it; values of options take none")
  func places() {
    #expect(line("paint", "ha").wanted?.name == "room")
    #expect(line("paint", "--coats", "2", "").wanted?.name == "room")
    #expect(line("paint", "--coats=2", "--fast", "").wanted?.name == "room")
    #expect(line("paint", "hall", "").wanted?.name == "wall")
    #expect(line("paint", "hall", "north", "ea").wanted?.name == "wall")
    #expect(line("paint", "--", "--odd", "").wanted?.name == "wall")
    #expect(line("paint", "hall", "ea").beginning == "ea")
  }

  @Test("The value of an option is found behind its name, or behind the equals sign")
  func options() {
    #expect(line("paint", "--label", "k=").wanted?.name == "--label")
    #expect(line("paint", "--label", "k=").beginning == "k=")
    #expect(line("paint", "--label=k=v").wanted?.name == "--label")
    #expect(line("paint", "--label=k=v").beginning == "k=v")
    #expect(line("paint", "-c", "").wanted?.name == "--coats")
    #expect(line("paint", "--fa").wanted == nil)
    #expect(line("paint", "--unknown=x").wanted == nil)
  }

  @Test("What was typed before is known by name and by place")
  func values() {
    let line = line("paint", "--label", "a=b", "hall", "--label=c=d", "--plan", "x y", "")
    #expect(line.values == ["--label": ["a=b", "c=d"], "--plan": ["x y"]])
    #expect(line.places == ["hall"])
  }

  @Test("Commands of groups are followed; where a command is typed, no value is")
  func commands() {
    #expect(line("paper", "tear", "--from", "").command.call == "decorate paper tear")
    #expect(line("paper", "te").wanted == nil)
    #expect(line("").wanted == nil)
    #expect(UnfinishedLine([], of: CommandInfo(Decorate.root)).command.name == "decorate")
  }
}
