import Testing

@testable import Backup

@Suite("Views are filled after those that they read")
struct ViewDepthTests {
  @Test("A view lies above everything that it reads, on the longest way")
  func longestWay() {
    let depth = ViewDepth(edges: [(3, 2), (2, 1), (3, 1), (1, 0)])
    #expect([0, 1, 2, 3].map { depth[$0] } == [0, 1, 2, 3])
  }

  @Test("A net of views takes no longer than a chain")
  func net() {
    // 60 layers of 3 views, each reading all three below: 3^60 ways, 540 edges.
    let edges = (1..<60).flatMap { layer in
      (0..<9).map { (view: layer * 3 + $0 / 3, source: (layer - 1) * 3 + $0 % 3) }
    }
    #expect(ViewDepth(edges: edges)[59 * 3] == 59)
  }
}
