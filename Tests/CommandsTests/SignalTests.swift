import Arguments
import Commands
import Foundation
import Testing

/// A command that waits, and stops cleanly unless it is stubborn.
struct WaitCommand: RunnableCommand {
  static let name = "wait"
  static let summary = "Wait to be stopped."
  static let readsConfiguration = false

  var shared = SharedOptions()
  var isStubborn = false

  static var arguments: [Argument<Self>] {
    flag("--stubborn", \.isStubborn, "Go on when asked to stop.")
    group(\.shared)
  }

  func run(in context: Context) async throws -> Commands.ExitStatus {
    for _ in 0..<500 {
      if !isStubborn { try Task.checkCancellation() }
      await Task.detached { _ = usleep(10_000) }.value
    }
    return .done
  }
}

@Suite("Signals")
struct SignalTests {
  private static let commands = CommandGroup(
    name: "drydock",
    summary: "Test.",
    sections: [.init("All", [.command(WaitCommand.self)])]
  )

  /// Runs the waiting command as this process, and sends it signals a fifth of a second apart.
  private static func run(_ words: [String], signals: [Int32]) async -> Int32 {
    Thread.detachNewThread {
      for signal in signals {
        usleep(200_000)
        kill(getpid(), signal)
      }
    }
    return await Program.main(words, commands: commands)
  }

  @Test("SIGINT stops the work cleanly with status 130")
  func interrupted() async {
    await #expect(processExitsWith: .exitCode(130)) {
      exit(await SignalTests.run(["wait"], signals: [SIGINT]))
    }
  }

  @Test("SIGTERM stops the work cleanly with status 143")
  func terminated() async {
    await #expect(processExitsWith: .exitCode(143)) {
      exit(await SignalTests.run(["wait"], signals: [SIGTERM]))
    }
  }

  @Test("A second signal ends the process at once")
  func twice() async {
    await #expect(processExitsWith: .signal(SIGINT)) {
      exit(await SignalTests.run(["wait", "--stubborn"], signals: [SIGTERM, SIGINT]))
    }
  }

  @Test("The passphrase leaves the environment of the process for good")
  func wiped() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("DRYDOCK_PASSPHRASE", "open sesame", 1)
      let world = Surroundings.ofProcess()
      let isGone = unsafe getenv("DRYDOCK_PASSPHRASE") == nil
      exit(world.passphrase == Passphrase(text: "open sesame") && isGone ? 0 : 1)
    }
  }
}
