internal import Rehearsal
internal import Reports

extension RehearsalRun.Result {
  /// What came of the hooks; nothing where none is configured.
  var hookBlocks: [Report.Block] {
    guard !hooks.isEmpty else { return [] }
    var table = Table([.flexible("hook"), .text("when"), .text("result"), .number("time")])
    for hook in hooks {
      table.add(
        hook.name,
        "\(hook.moment.rawValue) the patches",
        hook.failure == nil ? "good" : "failed",
        Quantity.duration(.seconds(hook.seconds))
      )
    }
    return [.heading("Hooks"), .table(table)]
  }

  /// The same for programs.
  var hooksJSON: JSONValue {
    .array(
      hooks.map {
        [
          "name": .string($0.name), "moment": .string($0.moment.rawValue),
          "seconds": .number($0.seconds), "failure": JSONValue($0.failure),
        ]
      }
    )
  }
}
