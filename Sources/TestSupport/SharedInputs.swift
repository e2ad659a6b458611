internal import Files
internal import Foundation
internal import Problems

/// Real databases and migrations that tests read, where they are: they are no part of the project.
///
/// They lie in `../shared/real` beside the package, or in `real` under `DRYDOCK_SHARED`.
public enum SharedInputs {
  /// The directory of the real inputs; throws one line that says where it was looked for.
  public static func real() throws -> String {
    let directory = root.appending("/real")
    guard Directory.exists(directory) else {
      throw Problem(
        .usage,
        code: "tests.no-real-inputs",
        "there are no real inputs in \(directory)",
        hint: "Set DRYDOCK_SHARED to the directory that holds `real`."
      )
    }
    return directory
  }

  /// The root of the package, found from where this file was compiled.
  public static var packageRoot: String {
    let file = URL(fileURLWithPath: #filePath)
    return file.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
  }

  private static var root: String {
    if let named = ProcessInfo.processInfo.environment["DRYDOCK_SHARED"] { return named }
    return URL(fileURLWithPath: packageRoot).deletingLastPathComponent().path + "/shared"
  }
}
