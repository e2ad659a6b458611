internal import Problems

/// One file for both ways, divided by annotations: dbmate's and goose's.
struct SectionedLayout: LayoutReader {
  let marks: SectionMarks

  func read(_ listing: DirectoryListing) -> LayoutReading {
    var reading = LayoutReading()
    reading.others = listing.folders.map { "\($0)/" }
    for file in listing.files {
      switch PatchFile(fileName: file) {
      case .patch(let name) where !name.version.isRepeatable: add(name, file, listing, &reading)
      case .patch, .undo, .verify: reading.refuse(file, "both ways stand in one file here")
      case .backfill: reading.refuse(file, "backfills stand among drydock's own patches only")
      case .refused where file.hasSuffix(".go"):
        // goose also runs migrations that are programs; passing one over would skip it in silence.
        reading.refuse(file, "a migration in Go cannot be run; write it in SQL")
      case .refused(let reason): reading.refuse(file, reason)
      case .other: reading.others.append(file)
      }
    }
    return reading
  }

  private func add(
    _ name: PatchName,
    _ file: String,
    _ listing: DirectoryListing,
    _ reading: inout LayoutReading
  ) {
    do throws(Problem) {
      let sections = try sections(file, try listing.bytes(file))
      func commits(_ options: [String]) throws(Problem) -> ScriptPart.Commits {
        for option in options where !["transaction:true", "transaction:false"].contains(option) {
          throw PatchDirectory.refusal(file, "the option '\(option)' is not understood")
        }
        let isOutside = sections.isOutsideTransaction || options.contains("transaction:false")
        return isOutside ? .always : .asWritten
      }
      var parts = PatchParts(
        name: name,
        script: ScriptPart(file, section: sections.up, commits: try commits(sections.upOptions))
      )
      if let down = sections.down {
        let downCommits = try commits(sections.downOptions)
        parts.undo = ScriptPart(file, section: down, commits: downCommits)
      }
      reading.patches.append(parts)
    } catch {
      reading.problems.append(error)
    }
  }

  private func sections(
    _ file: String,
    _ bytes: [UInt8]
  ) throws(Problem) -> SectionMarks.Sections {
    do throws(SectionMarks.Failure) {
      return try marks.sections(of: bytes)
    } catch {
      throw PatchDirectory.refusal("\(file):\(error.line):1", error.reason)
    }
  }
}
