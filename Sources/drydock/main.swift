// The program's entry: everything else lives in `Commands`, where tests can reach it.
import Commands
import Terminal

ProcessSurroundings.exit(await Program.main(Array(CommandLine.arguments.dropFirst())))
