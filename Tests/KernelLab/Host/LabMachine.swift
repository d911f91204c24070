package import Foundation

/// A machine that boots a kernel once, is put aside as it waits for steps, and is taken up again for every run.
package struct LabMachine: Sendable {
  package var kernel: KernelImage
  package var memoryMiB: Int
  /// Where machines that wait are kept.
  package var cache: URL
  /// How long a run may take, in seconds of the host.
  package var patience = 240
  /// The folder of the machine that waits, once it is known.
  private var home: URL?

  /// Room for swap and for the files that are read.
  static let diskMiB = 2048

  package init(kernel: KernelImage, memoryMiB: Int, cache: URL) {
    self.kernel = kernel
    self.memoryMiB = memoryMiB
    self.cache = cache
  }

  /// Does steps in the machine and returns all that its console said, from the boot on.
  package func console(of steps: [String]) throws -> String {
    let script = "begin\n" + (steps + ["end", ""]).joined(separator: "\n")
    if kernel.isUserMode { return try runUserMode(script) }
    return canWait ? try runRestored(script) : try runBooted(script)
  }

  /// Whether the machine can be put aside: one with an NVMe cannot, and neither can a user-mode Linux.
  package var canWait: Bool { !kernel.isUserMode && kernel.hasVirtioDisk }

  /// Boots unless that was done before, and returns what the console said until the machine waited.
  package mutating func prepare() throws -> String {
    let folder = try waiting()
    home = folder
    return try String(
      decoding: Data(contentsOf: folder.appending(path: "console")), as: UTF8.self)
  }

  // MARK: An emulated machine

  private func runRestored(_ script: String) throws -> String {
    let folder = try home ?? waiting()
    let before = try Data(contentsOf: folder.appending(path: "console"))
    return try withScratch { scratch in
      let disk = try makeDisk(in: scratch)
      let process = try emulator(
        disk: disk, ["-serial", "stdio", "-monitor", "none", "-incoming", "exec:cat state"])
      process.currentDirectoryURL = folder
      let console = scratch.appending(path: "console")
      // What arrives before the state is restored is lost with the line's buffer.
      let session = try ConsoleSession(process, to: console)
      session.send(String(repeating: "\n", count: 64) + script)
      try session.waitForEnd(seconds: patience)
      return String(decoding: before + (try Data(contentsOf: console)), as: UTF8.self)
    }
  }

  /// Boots a machine for this script alone.
  private func runBooted(_ script: String) throws -> String {
    try withScratch { scratch in
      let files = try Guest.firstFileSystem(of: kernel, scratch: scratch)
      let session = try boot(with: files, console: "stdio", in: scratch)
      session.send(String(repeating: "\n", count: 64) + script)
      try session.waitForEnd(seconds: patience)
      return try session.said
    }
  }

  /// The folder of the machine that waits; made by booting one where there is none yet.
  private func waiting() throws -> URL {
    try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
    return try withScratch { scratch in
      let files = try Guest.firstFileSystem(of: kernel, scratch: scratch)
      let folder = cache.appending(path: try key(files))
      if FileManager.default.fileExists(atPath: folder.appending(path: "state").path) {
        return folder
      }
      try putAside(boot(with: files, console: "mon:stdio", in: scratch), in: scratch)
      try? FileManager.default.removeItem(at: folder)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for name in ["state", "console"] {
        try FileManager.default.moveItem(
          at: scratch.appending(path: name), to: folder.appending(path: name))
      }
      return folder
    }
  }

  /// Starts a machine and waits until it is ready.
  private func boot(with files: Data, console line: String, in scratch: URL) throws
    -> ConsoleSession
  {
    try files.write(to: scratch.appending(path: "files"))
    let arguments =
      "console=ttyS0 loglevel=5 rdinit=/init rootfstype=ramfs mitigations=off nokaslr tsc=reliable"
      + " random.trust_cpu=on reboot=t printk.devkmsg=on panic=-1 transparent_hugepage=never"
    let process = try emulator(
      disk: makeDisk(in: scratch),
      [
        "-serial", line, "-kernel", kernel.file.path, "-initrd", "files", "-append",
        arguments,
      ])
    process.currentDirectoryURL = scratch
    let session = try ConsoleSession(process, to: scratch.appending(path: "console"))
    try session.wait(for: "\"ev\":\"ready\"", seconds: patience)
    return session
  }

  /// Writes a machine's state to a file and ends it.
  private func putAside(_ session: ConsoleSession, in scratch: URL) throws {
    let said = Data(try session.said.utf8)
    // Control-A c turns standard input from the console to the emulator's monitor.
    session.send("\u{1}cmigrate_set_parameter max-bandwidth 10G\n")
    session.send("migrate \"exec:cat > state\"\n")
    session.send("quit\n")
    try session.waitForEnd(seconds: patience)
    let state = scratch.appending(path: "state")
    let size = try? FileManager.default.attributesOfItem(atPath: state.path)[.size] as? Int
    guard size ?? 0 > 1 << 20 else {
      throw LabError.failed("the machine could not be put aside: \(session.lastLines)")
    }
    let end = said.lastIndex(of: 0x0A).map { $0 + 1 } ?? said.endIndex
    try said[..<end].write(to: scratch.appending(path: "console"))
  }

  private func emulator(disk: URL, _ arguments: [String]) throws -> Process {
    let tool = try HostTool(
      "qemu-system-x86_64", use: "the emulator (Debian: qemu-system-x86)")
    let device = kernel.hasVirtioDisk ? "virtio-blk-pci,drive=d" : "nvme,serial=lab,drive=d"
    let process = Process()
    process.executableURL = tool.file
    process.arguments =
      [
        "-accel", "tcg", "-M", "pc", "-cpu", "qemu64", "-smp", "1", "-m", "\(memoryMiB)M",
        "-nodefaults", "-no-user-config", "-display", "none", "-nic", "none", "-no-reboot",
        "-drive", "file=\(disk.path),if=none,id=d,format=raw,cache=unsafe", "-device", device,
      ] + arguments
    return process
  }

  /// What tells one waiting machine from another.
  private func key(_ files: Data) throws -> String {
    let attributes = try FileManager.default.attributesOfItem(atPath: kernel.file.path)
    let emulator = try HostTool("qemu-system-x86_64", use: "the emulator (Debian: qemu-system-x86)")
    let version = try emulator.output(["--version"])
    let about =
      "\(kernel.file.path) \(attributes[.size] ?? 0) \(attributes[.modificationDate] ?? "")"
      + " \(memoryMiB) \(Self.diskMiB)"
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in Data(about.utf8) + version + files {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return String(hash, radix: 16)
  }

  // MARK: User-mode Linux

  private func runUserMode(_ script: String) throws -> String {
    try withScratch { scratch in
      try Guest.firstFileSystem(of: kernel, scratch: scratch).write(
        to: scratch.appending(path: "files"))
      let process = Process()
      process.executableURL = kernel.file
      process.arguments = [
        "mem=\(memoryMiB)M", "initrd=\(scratch.path)/files", "root=/dev/ram0", "rootfstype=ramfs",
        "rdinit=/init", "ubda=\(try makeDisk(in: scratch).path)", "con=null", "con0=fd:0,fd:1",
        "ssl=null", "printk.time=1", "printk.devkmsg=on", "loglevel=5", "panic=-1", "lab.poweroff",
        "uml_dir=\(scratch.path)", "transparent_hugepage=never",
      ]
      let console = scratch.appending(path: "console")
      let session = try ConsoleSession(process, to: console)
      try session.wait(for: "\"ev\":\"ready\"", seconds: patience)
      session.send(String(repeating: "\n", count: 64) + script)
      try session.waitForEnd(seconds: patience)
      return String(decoding: try Data(contentsOf: console), as: UTF8.self)
    }
  }

  // MARK: Files

  private func makeDisk(in folder: URL) throws -> URL {
    let disk = folder.appending(path: "disk")
    try FileHandle(creating: disk).truncate(atOffset: UInt64(Self.diskMiB) << 20)
    return disk
  }

  private func withScratch<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = cache.appending(path: "run-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
