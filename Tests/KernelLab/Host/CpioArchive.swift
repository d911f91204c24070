package import Foundation

/// An archive of the form that a kernel unpacks as its first file system, `newc`.
package struct CpioArchive {
  private var bytes = Data()
  private var inode = 0

  package init() {}

  /// Appends an entry. Folders come before what is in them.
  ///
  /// - Parameters:
  ///   - mode: kind and permissions, as `st_mode` has them.
  ///   - device: major and minor number of a device file.
  package mutating func add(
    _ name: String, mode: Int, _ content: Data = Data(), device: (major: Int, minor: Int) = (0, 0)
  ) {
    inode += 1
    let fields = [
      inode, mode, 0, 0, 1, 0, content.count, 0, 0, device.major, device.minor,
      name.utf8.count + 1, 0,
    ]
    let header = fields.map { Self.hexadecimal($0) }.joined()
    bytes.append(Data("070701\(header)\(name)\0".utf8))
    pad()
    bytes.append(content)
    pad()
  }

  /// The archive with its end.
  package mutating func finish() -> Data {
    add("TRAILER!!!", mode: 0)
    return bytes
  }

  private mutating func pad() {
    bytes.append(Data(repeating: 0, count: (4 - bytes.count % 4) % 4))
  }

  private static func hexadecimal(_ number: Int) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
