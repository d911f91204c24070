package import Foundation

/// The programs that run in the machine, and the first file system with them.
package enum Guest {
  static let sources = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Guest")

  /// Process 1 has a C library; the processes of a scenario have none, so that they begin with next to nothing.
  private static let programs: [(name: String, sources: [String], flags: [String])] = [
    ("init", ["init.c", "facts.c"], []),
    ("worker", ["worker.c"], ["-nostdlib", "-ffreestanding", "-fno-stack-protector"]),
  ]

  /// Everything that the kernel has for files: the guest's programs, and modules for a disk.
  ///
  /// - Parameter scratch: a folder to compile in.
  package static func firstFileSystem(of kernel: KernelImage, scratch: URL) throws -> Data {
    var archive = CpioArchive()
    archive.add("dev", mode: 0o40755)
    archive.add("dev/console", mode: 0o20600, device: (5, 1))
    for program in programs {
      let files = program.sources.map { sources.appending(path: $0).path }
      archive.add(
        program.name, mode: 0o100755,
        try compile(files, program.flags, to: scratch.appending(path: program.name)))
    }
    archive.add("modules", mode: 0o40755)
    for (index, module) in kernel.modules.enumerated() {
      archive.add("modules/\(index).ko", mode: 0o100644, try unpacked(module))
    }
    return archive.finish()
  }

  private static func compile(_ sources: [String], _ flags: [String], to file: URL) throws -> Data {
    for source in sources where !FileManager.default.fileExists(atPath: source) {
      throw LabError.missing("\(source): the lab runs from a checkout of the project")
    }
    let name = ProcessInfo.processInfo.environment["CC"] ?? "cc"
    let compiler = try HostTool(name, use: "a C compiler with a static libc (Debian: gcc)")
    _ = try compiler.output(["-static", "-O2"] + flags + ["-o", file.path] + sources)
    return try Data(contentsOf: file)
  }

  /// A module as the kernel takes it: packages compress them in different ways.
  private static func unpacked(_ module: URL) throws -> Data {
    let tools = ["xz": "xz", "zst": "zstd", "gz": "gzip"]
    guard let name = tools[module.pathExtension] else { return try Data(contentsOf: module) }
    return try HostTool(name, use: "to unpack modules (Debian: xz-utils, zstd or gzip)")
      .output(["-dc", module.path])
  }
}
