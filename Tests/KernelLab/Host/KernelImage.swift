package import Foundation

/// A kernel to boot, and the modules that it may need for a disk.
package struct KernelImage: Sendable {
  package var file: URL
  package var modules: [URL]
  /// A user-mode Linux: a program of the host and no image.
  package var isUserMode: Bool
  /// The disk's device, which depends on the driver that the kernel has.
  package var hasVirtioDisk: Bool

  static let virtio = [
    "virtio", "virtio_ring", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci",
    "virtio_blk",
  ]
  static let nvme = ["nvme_core", "nvme", "nvme-core", "nvme-keyring", "nvme-auth"]

  /// - Parameters:
  ///   - path: a bzImage; or the folder of an unpacked package, with `boot/vmlinuz-…` and its modules; or
  ///     `uml:` and the path of a user-mode Linux.
  ///   - modules: a folder that has the modules somewhere below it.
  package init(path: String, modules folder: String?) throws {
    if path.hasPrefix("uml:") {
      let tool = try HostTool(
        String(path.dropFirst("uml:".count)), use: "a user-mode Linux (Debian: user-mode-linux)")
      self.init(file: tool.file, modules: [], isUserMode: true, hasVirtioDisk: false)
      return
    }
    var image = URL(filePath: path)
    guard let isFolder = try? image.resourceValues(forKeys: [.isDirectoryKey]).isDirectory else {
      throw LabError.input("no kernel at '\(path)': a bzImage or an unpacked package is wanted")
    }
    var home = folder.map { URL(filePath: $0) }
    if isFolder {
      guard let found = Self.image(below: image) else {
        throw LabError.input("'\(path)' has no vmlinuz: is it an unpacked kernel package?")
      }
      home = home ?? image
      image = found
    }
    // Kernel: `struct setup_header`, arch/x86/include/uapi/asm/bootparam.h.
    let head = try FileHandle(forReadingFrom: image).read(upToCount: 0x206) ?? Data()
    guard head.count == 0x206, head.suffix(4) == Data("HdrS".utf8) else {
      throw LabError.malformed("'\(image.path)' is no bzImage for x86")
    }
    let files = home.map(Self.modules) ?? []
    let hasVirtio = Self.hasVirtio(files, image, isPackage: isFolder)
    let wanted = hasVirtio ? Self.virtio : Self.nvme
    self.init(
      file: image, modules: files.filter { wanted.contains(Self.moduleName($0)) },
      isUserMode: false, hasVirtioDisk: hasVirtio)
  }

  private init(file: URL, modules: [URL], isUserMode: Bool, hasVirtioDisk: Bool) {
    self.file = file
    self.modules = modules
    self.isUserMode = isUserMode
    self.hasVirtioDisk = hasVirtioDisk
  }

  /// The swap device and the disk to read from, as the guest calls it.
  package var disk: String {
    isUserMode ? "/dev/ubda" : hasVirtioDisk ? "/dev/vda" : "/dev/nvme0n1"
  }

  static func moduleName(_ file: URL) -> String {
    String(file.lastPathComponent.prefix { $0 != "." })
  }

  /// The image of an unpacked package: in `boot`, or since 7.1 beside the modules.
  private static func image(below folder: URL) -> URL? {
    let boot = folder.appending(path: "boot")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: boot.path)) ?? []
    if let name = names.filter({ $0.hasPrefix("vmlinuz") }).sorted().last {
      return boot.appending(path: name)
    }
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    while let file = all?.nextObject() as? URL {
      if file.lastPathComponent == "vmlinuz" { return file }
    }
    return nil
  }

  private static func modules(below folder: URL) -> [URL] {
    let wanted = Set(virtio + nvme)
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    var found: [URL] = []
    while let file = all?.nextObject() as? URL {
      if file.lastPathComponent.contains(".ko"), wanted.contains(moduleName(file)) {
        found.append(file)
      }
    }
    return found.sorted { $0.path < $1.path }
  }

  /// Whether the kernel has a driver of virtio disks, as a module or built in; otherwise the disk is an NVMe. Where nothing
  /// tells, one of one's own is taken to have it, and one of a package, where it would be a module, is not.
  private static func hasVirtio(_ modules: [URL], _ image: URL, isPackage: Bool) -> Bool {
    if modules.contains(where: { moduleName($0) == "virtio_blk" }) { return true }
    let name = image.lastPathComponent.replacing("vmlinuz", with: "config")
    let config = image.deletingLastPathComponent().appending(path: name)
    if let text = try? String(decoding: Data(contentsOf: config), as: UTF8.self) {
      return text.contains("CONFIG_VIRTIO_BLK=y")
    }
    return !isPackage && !modules.contains { moduleName($0) == "nvme" }
  }
}
