// What libFuzzer calls; scripts/fuzz builds it together with the entries of Tests/FuzzTests.
import Glibc

/// The parser that this run is about.
private let entry: FuzzEntry = {
  let name = getenv("DRYDOCK_FUZZ_ENTRY").map { String(cString: $0) } ?? ""
  guard let entry = FuzzEntry(rawValue: name) else {
    print("DRYDOCK_FUZZ_ENTRY is none of", FuzzEntry.allCases.map(\.rawValue).joined(separator: " "))
    exit(2)
  }
  return entry
}()

/// One input; a finding becomes a trap, which libFuzzer keeps.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try entry.run(Array(UnsafeBufferPointer(start: start, count: count)))
  } catch {
    fatalError("\(error)")
  }
  return 0
}
