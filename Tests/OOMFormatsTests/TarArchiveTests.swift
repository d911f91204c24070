import OOMSimulator
import Testing

@testable import OOMFormats

/// A tar archive as POSIX.1-2017 (pax) and GNU tar write it, and everything else refused with its reason.
struct TarArchiveTests {
  /// A header with its checksum, and the content filled up to a block.
  static func member(
    _ name: String, _ content: String = "", type: Character = "0", prefix: String = "",
    magic: String = "ustar\u{0}00", size: Int? = nil
  ) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at start: Int) {
      for (index, byte) in text.utf8.enumerated() { header[start + index] = byte }
    }
    func octal(_ number: Int, _ digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    put(name, at: 0)
    put(octal(0o644, 7), at: 100)
    put(octal(size ?? content.utf8.count, 11), at: 124)
    put(String(type), at: 156)
    put(magic, at: 257)
    put(prefix, at: 345)
    let sum = header.reduce(8 * 0x20) { $0 + Int($1) }
    put(octal(sum, 6), at: 148)
    let space = (512 - content.utf8.count % 512) % 512
    return header + Array(content.utf8) + [UInt8](repeating: 0, count: space)
  }

  static let end = [UInt8](repeating: 0, count: 1024)

  @Test func `files and directories`() throws {
    let archive = try TarArchive(
      Self.joined(
        Self.member("./", type: "5"), Self.member("./proc/", type: "5"),
        Self.member("./proc/meminfo", "MemTotal: 5 kB\n"),
        Self.member("./proc/7/status", "Name:\tx\n"), Self.member("proc/link", type: "2"),
        Self.member("./proc/empty"), Self.end))
    #expect(archive.list("proc") == ["meminfo", "7", "empty"] && archive.list("sys") == nil)
    #expect(archive.bytes("proc/meminfo") == Array("MemTotal: 5 kB\n".utf8))
    #expect(archive.bytes("proc/empty") == [] && archive.bytes("proc") == nil)
    #expect(archive.exists("proc/7") && archive.exists("proc/7/status") && !archive.exists("x"))
  }

  /// POSIX: `prefix`, and a record `path` of an extended header; GNU: a member of type L before it.
  @Test func `long names in all three forms`() throws {
    let long = "proc/" + String(repeating: "a", count: 120)
    let record = "path=\(long)\n"
    let pax = "\(record.utf8.count + 4) \(record)"
    #expect(pax.utf8.count == record.utf8.count + 4)
    let archive = try TarArchive(
      Self.joined(
        Self.member("meminfo", "1", prefix: "proc/" + String(repeating: "b", count: 130)),
        Self.member("PaxHeaders/x", pax, type: "x"), Self.member("proc/cut", "2"),
        Self.member("././@LongLink", long + "c\u{0}", type: "L"),
        Self.member("proc/cut", "3", magic: "ustar  "), Self.end))
    #expect(archive.bytes("proc/" + String(repeating: "b", count: 130) + "/meminfo") == [0x31])
    #expect(archive.bytes(long) == [0x32] && archive.bytes(long + "c") == [0x33])
  }

  @Test func `what lies in one directory is found there`() throws {
    let archive = try TarArchive(Self.member("host/proc/meminfo", "1") + Self.end)
    #expect(archive.bytes("proc/meminfo") == [0x31] && archive.list("proc") == ["meminfo"])
  }

  /// Members one after the other.
  static func joined(_ members: [UInt8]...) -> [UInt8] { members.flatMap(\.self) }

  static let broken: [(bytes: [UInt8], message: String)] = [
    ([], "no tar archive"), (Array("MemTotal: 5 kB".utf8), "no tar archive"),
    ([UInt8](repeating: 65, count: 600), "no tar archive"), (end, "an archive without any file"),
    ([0x1F, 0x8B, 8], "compressed with gzip: gunzip makes a plain tar archive of it"),
    ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd: unzstd makes a plain tar archive of it"),
    (member("proc/a", "1"), "the archive ends in the middle"),
    (member("proc/a", size: 4096), "the archive ends in the middle of a file"),
    (joined(member("../passwd", "1"), end), "'../passwd' is no name of a file in an archive"),
    (joined(member("proc/a"), member("proc/a"), end), "'proc/a' is in the archive twice"),
    (joined(member("proc/a", type: "q"), end), "a member of a type that is not known, at byte 156"),
    (joined(member("x", "9 path=\n", type: "x"), end), "a damaged extended header at byte 512"),
    (joined(member("x", "6 abc=", type: "x"), end), "a damaged extended header at byte 512"),
    (
      joined(member("x", "11 size=-5\n", type: "x"), member("a"), end),
      "the archive ends in the middle of a file"
    ),
    (joined(member("a", "1"), member("b", magic: "USTAR"), end), "no header at byte 1024"),
  ]

  @Test(arguments: broken)
  func `what is no whole archive says why`(bytes: [UInt8], message: String) {
    #expect(throws: ArchiveError(message: message)) { try TarArchive(bytes) }
  }

  /// An archive of all forms with bytes changed, its checksums made right again, so that what is behind them is met.
  @Test func `damage that a checksum does not show`() throws {
    let whole = Self.joined(
      Self.member("proc/", type: "5"), Self.member("x", "16 path=proc/a\n\n", type: "x"),
      Self.member("cut", "1"), Self.member("././@LongLink", "proc/b\u{0}", type: "L"),
      Self.member("cut", "2", magic: "ustar  "), Self.member("c", "3", prefix: "proc"), Self.end)
    var state: UInt64 = 11
    func random(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(truncatingIfNeeded: (state >> 33) % UInt64(limit))
    }
    var read = 0
    for _ in 0..<3000 {
      var bytes = whole
      for _ in 0...random(below: 2) {
        let at = random(below: bytes.count)
        bytes[at] =
          [0, 0x20, 0x2D, 0x2E, 0x2F, 0x31, 0x37, 0x39, 0x3D, 0x80, 0xFF][random(below: 11)]
        let start = at / 512 * 512
        guard bytes[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8) else { continue }
        for index in 148..<156 { bytes[start + index] = 0x20 }
        let sum = bytes[start..<(start + 512)].reduce(0) { $0 + Int($1) }
        let text = String(sum, radix: 8)
        for (index, byte) in text.utf8.enumerated() { bytes[start + 148 + index] = byte }
        bytes[start + 148 + text.utf8.count] = 0
      }
      do throws(ArchiveError) {
        _ = try TarArchive(bytes).list("proc")
        read += 1
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
    #expect(read > 100)
  }

  /// Any byte of a header that changes is noticed or changes nothing that is read; nothing crashes.
  @Test func `damage anywhere`() {
    let whole = Self.member("proc/meminfo", "MemTotal: 5 kB\n") + Self.end
    for index in 0..<512 {
      for bits: UInt8 in [1, 0x80, 0xFF] {
        var bytes = whole
        bytes[index] ^= bits
        do throws(ArchiveError) {
          let archive = try TarArchive(bytes)
          // Only in the text of the checksum can a change mean the same.
          #expect((148..<156).contains(index) && archive.bytes("proc/meminfo") != nil, "\(index)")
        } catch {
          #expect(!error.message.isEmpty)
        }
      }
    }
    for length in 0..<whole.count - 1024 {
      #expect(throws: ArchiveError.self) { try TarArchive(Array(whole[..<length])) }
    }
  }
}
