internal import Rehearsal

extension Receipt.Direction {
  /// What became of the patches that ran, as the reports call it.
  var outcome: String { self == .up ? "applied" : "undone" }

  /// What a line of many says where no patch was to run.
  var nothing: String { self == .up ? "nothing pending" : "nothing to take back" }

  /// What a report says where no patch was to run.
  var nothingToDo: String {
    self == .up ? "Nothing is pending." : "Nothing is to be taken back."
  }
}
