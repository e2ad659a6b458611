extension CatalogFacts {
  /// Takes sizes and rows from the snapshot where the scratch has not all of the rows, and marks the
  /// tables of which neither can tell.
  ///
  /// - Parameters:
  ///   - rows: what the snapshot has.
  ///   - made: tables that catching up made on the scratch.
  mutating func complete(by rows: SnapshotRows, except made: Set<String>) {
    var leaves: [Table] = []
    for table in tables where !table.isParted {
      change(table.quoted) { table in
        if made.contains(table.quoted) || rows.isUnseen(table.quoted) {
          table.isUnseen = true
        } else if let stored = rows.stored(table.quoted), stored.coverage < .whole {
          table.bytes = stored.bytes
          table.rows = stored.rows
          table.isEmpty = stored.rows == 0
        }
        leaves.append(table)
      }
    }
    addUp(leaves)
  }

  /// A partitioned table has no rows of its own: its figures are those of its partitions together.
  private mutating func addUp(_ leaves: [Table]) {
    var sums: [String: Table] = [:]
    for leaf in leaves {
      for ancestor in ancestors(of: leaf.quoted) {
        var sum = sums[ancestor] ?? Table(schema: "", name: "", quoted: ancestor)
        sum.bytes += leaf.bytes
        sum.rows += leaf.rows
        sum.isEmpty = sum.isEmpty && leaf.isEmpty
        sum.isUnseen = sum.isUnseen || leaf.isUnseen
        sums[ancestor] = sum
      }
    }
    for (name, sum) in sums {
      change(name) { table in
        (table.bytes, table.rows) = (sum.bytes, sum.rows)
        (table.isEmpty, table.isUnseen) = (sum.isEmpty, sum.isUnseen)
      }
    }
  }
}
