public import Foundation

/// What a folder `shared` beside the project may hold: more recordings, vectors and reports of real kernels than the
/// project ships, and a test suite of others. Tests that need it are left out where it is missing, and it says so.
public enum SharedData {
  public static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared")

  /// Whether a part is there; if not, standard error tells which tests do not run.
  ///
  /// - Parameters:
  ///   - path: of a folder or file below `shared`.
  ///   - tests: what is not checked without it.
  public static func has(_ path: String, for tests: String) -> Bool {
    if FileManager.default.fileExists(atPath: folder.appending(path: path).path) { return true }
    let line = "LEFT OUT: ../shared/\(path) is missing, so this is not checked: \(tests)\n"
    FileHandle.standardError.write(Data(line.utf8))
    return false
  }
}
