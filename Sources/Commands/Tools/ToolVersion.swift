/// What this build calls itself.
public enum ToolVersion {
  /// The version, after semver.org.
  public static let number = "0.1.0"
  /// The date of the version, as the manual page writes it.
  public static let date = "November 21, 2026"
}
