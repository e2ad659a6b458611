/// What of a pack is live, in bytes of instances and their number.
struct PackUse: Sendable {
  var live = 0
  var dead = 0
  var liveCount = 0

  /// What marks over a table's positions leave of each pack, by number: one pass over all instances.
  static func all(of table: InstanceTable, marks: InstanceMarks) throws -> [PackUse] {
    var uses = Array(repeating: PackUse(), count: table.packs.count)
    try table.visitAll { location in
      let pack = Int(location.pack)
      if marks.contains(location.position) {
        uses[pack].live += location.instance.length
        uses[pack].liveCount += 1
      } else {
        uses[pack].dead += location.instance.length
      }
    }
    return uses
  }
}
