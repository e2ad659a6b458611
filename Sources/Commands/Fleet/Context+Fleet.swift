internal import Reports

extension Context {
  /// The context in which one member of a fleet is worked on.
  ///
  /// It shows nothing by itself: what the command says is kept in its place.
  init(
    member name: String,
    _ configuration: Configuration,
    _ place: FleetPlace,
    _ board: FleetBoard,
    of context: Context
  ) {
    var world = context.world
    world.output = Output()
    world.errors = Output()
    let address = configuration.repository ?? "the repository"
    world.askSecret = { _ in
      try place.repositories.asking {
        context.progress.clear()
        return try context.world.askSecret("Passphrase of \(address): ")
      }
    }
    self.world = world
    self.configuration = configuration
    self.place = place
    progress = ProgressReporter { board.progress(of: name, $0) }
    isJSON = false
    isQuiet = false
    isVerbose = false
  }
}
