/// Where a replacing restore is, as the journal spells it.
///
/// A pure machine: an event in, the next state out, and none where the event is refused, so that no
/// operation can skip a guard.
public enum OperationState: String, Codable, Sendable, CaseIterable {
  /// A token was printed; nothing was changed.
  case planned
  /// The new copy is being built beside the live one.
  case building
  /// The new copy is complete and its digests are equal.
  case proven
  /// The new copy has the live name; the old one is set aside.
  case swapped
  /// The old copy has the live name again; the newer one is set aside.
  case undone
  /// The copy that was set aside is being dropped.
  case accepting
  /// Nothing is set aside any more.
  case accepted
  /// The new copy was given up before it was ever live, and dropped.
  case abandoned

  /// What can happen to an operation.
  enum Event: String, Sendable, CaseIterable {
    /// Building begins.
    case build
    /// Digests were compared.
    case prove
    /// The names were exchanged.
    case swap
    /// The names were exchanged back.
    case undo
    /// A person gave up the copy that is set aside.
    case accept
    /// The last of that copy was dropped.
    case finish
  }

  /// The state after an event; nil where the event is refused in this state.
  ///
  /// The one-transaction way commits `build`, `prove` and `swap` together, so `building` and
  /// `proven` are found in a catalog only where a copy is built beside the live one.
  func after(_ event: Event) -> OperationState? {
    switch (self, event) {
    case (.planned, .build): .building
    case (.building, .prove): .proven
    case (.proven, .swap): .swapped
    case (.building, .undo), (.proven, .undo): .abandoned
    case (.swapped, .undo): .undone
    case (.swapped, .accept), (.undone, .accept): .accepting
    case (.accepting, .finish): .accepted
    default: nil
    }
  }

  /// Whether the new copy has not been live yet.
  public var isUnfinished: Bool { self == .building || self == .proven }
}
