/// The operations on files and directories that durable writes are made of.
///
/// There is one real implementation, ``SystemFiles``. The other one is in the tests: a disk in
/// memory that loses power at any of these steps, and with it all that was not synced.
///
/// Every method throws a `Problem` with code `files.*` that names the path.
public protocol FileSystem: Sendable {
  /// Makes one directory; throws `files.exists` when the name is taken.
  func makeDirectory(_ path: String, mode: UInt32) throws

  /// Whether the path leads to a directory.
  func isDirectory(_ path: String) -> Bool

  /// The entries of a directory, without `.` and `..`, in the order of their names.
  func entries(of path: String) throws -> [Directory.Entry]

  /// Writes a new file; with `isSynced` its bytes are on disk before this returns, its name is not.
  func create(_ path: String, _ bytes: [UInt8], mode: UInt32, isSynced: Bool) throws

  /// Gives a file a second name; throws `files.exists` when that is taken.
  func link(_ path: String, to other: String) throws

  /// Gives a file another name, over a file that has it already.
  func rename(_ path: String, to other: String) throws

  /// Removes a name of a file.
  func remove(_ path: String) throws

  /// Writes a directory's own entries to disk.
  func syncDirectory(_ path: String) throws

  /// A file's size in bytes.
  func size(of path: String) throws -> Int

  /// The bytes of a range; fewer than asked when the file ends before.
  func read(_ path: String, _ range: Range<Int>) throws -> [UInt8]
}
