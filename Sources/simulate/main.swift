// The entry of the simulation that scripts/bench runs; see simulate.docc.
import Arguments
import Foundation
import Problems

do {
  let command = try SimulateCommand.parse(Array(CommandLine.arguments.dropFirst()))
  exit(try command.run() ? 0 : 1)
} catch let reason as UsageError.Reason {
  print(UsageError(reason, path: [SimulateCommand.name]).text)
} catch let problem as Problem {
  print(problem)
} catch {
  print("The simulation failed: \(error)")
}
exit(2)
