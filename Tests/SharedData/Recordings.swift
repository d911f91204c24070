public import Foundation
import Synchronization

/// What real kernels did: whole recorded runs, random worlds, swap order, consoles. They are packed in Tests/Recordings, so
/// that every checkout has them; a `shared` folder beside the project may have newer ones, which come first.
public enum Recordings {
  public static let pack = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Recordings/recordings.tar.gz")

  /// The folder of the recordings that are tested.
  public static let folder: URL = {
    let shared = SharedData.folder.appending(path: "recordings")
    return FileManager.default.fileExists(atPath: shared.path) ? shared : unpacked
  }()

  /// The packed ones, unpacked where temporary files are until the tests end.
  public static let unpacked: URL = {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "oomsim-recordings-\(UUID())")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let tar = Process()
      tar.executableURL = URL(filePath: "/usr/bin/env")
      tar.arguments = ["tar", "-xzf", pack.path, "-C", folder.path]
      try tar.run()
      tar.waitUntilExit()
    } catch {
      // The tests count what they find, and fail.
      FileHandle.standardError.write(Data("\(pack.path) cannot be unpacked: \(error)\n".utf8))
    }
    leftOver.withLock { $0 = folder.path }
    atexit { Recordings.removeUnpacked() }
    return folder.appending(path: "recordings")
  }()

  private static let leftOver = Mutex<String?>(nil)

  private static func removeUnpacked() {
    if let path = leftOver.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
  }
}
