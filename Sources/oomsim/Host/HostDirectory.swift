import Glibc
import OOMFormats

/// The files below a directory that looks like `/`: of a host, or a copy of its /proc and cgroupfs, which may be a tar
/// archive.
///
/// Files of /proc have no size, so each is read in one piece into one buffer that serves all of them.
@safe final class HostDirectory {
  /// What became of a file.
  enum Content {
    case bytes([UInt8])
    /// It is not there, or its process has ended.
    case missing
    /// It is there and cannot be read.
    case unreadable
  }

  let path: String
  private let descriptor: Int32
  private let archive: TarArchive?
  private let buffer: UnsafeMutableRawBufferPointer

  /// Longer files are cut off; those of cgroupfs and of a process are a few thousand bytes long.
  private static let most = 1 << 20

  init?(_ path: String) {
    self.path = path
    archive = nil
    descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { return nil }
    unsafe buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.most, alignment: 16)
  }

  /// What an archive holds.
  init(_ path: String, archive: TarArchive) {
    self.path = path
    self.archive = archive
    descriptor = -1
    unsafe buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 1)
  }

  /// One more reader of the same files, for another thread; nil where one has to do.
  func another() -> HostDirectory? { archive == nil ? HostDirectory(path) : nil }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    unsafe buffer.deallocate()
  }

  /// What no kernel shows in a file.
  func fault(in bytes: [UInt8], of name: String) -> ScenarioError? {
    let last = name.lastIndex(of: "/").map { name[$0...].dropFirst() } ?? name[...]
    return HostFileFault(in: bytes, of: String(last))?.error(file: path + "/" + name)
  }

  /// Reads a file to its end.
  ///
  /// - Parameter name: relative to the directory.
  func read(_ name: String) -> Content { read(name, isShort: false) }

  /// Reads a file that the kernel shows in one piece, with one call.
  ///
  /// Kernel: `single_open()`, fs/seq_file.c.
  func readOnce(_ name: String) -> Content { read(name, isShort: true) }

  private func read(_ name: String, isShort: Bool) -> Content {
    if let archive { return archive.bytes(name).map { .bytes($0) } ?? .missing }
    let file = unsafe openat(descriptor, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return Self.failure }
    defer { close(file) }
    // All files of /proc and cgroupfs are regular; a copy may hold a pipe or a device, which could keep its reader.
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return .unreadable
    }
    var count = 0
    while count < Self.most {
      let got = unsafe Glibc.read(
        file, buffer.baseAddress?.advanced(by: count), Self.most - count)
      if got > 0 {
        count += got
        if isShort { break }
      } else if got == 0 {
        break
      } else if errno != EINTR {
        return Self.failure
      }
    }
    return .bytes(unsafe [UInt8](buffer[..<count]))
  }

  /// ESRCH is what files of a process say that has ended since they were opened.
  private static var failure: Content {
    [ENOENT, ESRCH, ENOTDIR].contains(errno) ? .missing : .unreadable
  }

  /// The bytes of a file that is there and can be read.
  func bytes(_ name: String) -> [UInt8]? {
    if case .bytes(let bytes) = read(name) { bytes } else { nil }
  }

  func exists(_ name: String) -> Bool {
    if let archive { return archive.exists(name) }
    return unsafe faccessat(descriptor, name, F_OK, 0) == 0
  }

  /// The entries of a directory below; nil when it cannot be listed.
  func list(_ name: String) -> [String]? {
    if let archive { return archive.list(name) }
    let file = unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    guard let directory = unsafe fdopendir(file) else {
      close(file)
      return nil
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
