import OOMFormats
import OOMSimulator
import Testing

/// Numbers as people read them, with integers only.
struct SizeFormatTests {
  @Test(
    arguments: [
      (0, 4096, "0 B"), (1, 4096, "4 KiB"), (255, 4096, "1020 KiB"), (256, 4096, "1 MiB"),
      (384, 4096, "1.5 MiB"), (511, 4096, "1.9 MiB"), (262_144, 4096, "1 GiB"),
      // From 100 on a tenth says nothing.
      (26_112, 4096, "102 MiB"), (1 << 28, 4096, "1 TiB"), (1, 65536, "64 KiB"),
      (-1, 4096, "-4 KiB"), (-384, 4096, "-1.5 MiB"), (Int64.max, 4096, "unlimited"),
    ] as [(Int64, Bytes, String)])
  func `sizes are rounded down to a tenth`(pages: Int64, pageSize: Bytes, text: String) {
    #expect(SizeFormat.binary(pages: pages, pageSize: pageSize) == text)
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1 000"), (3_384_517, "3 384 517"), (-1000, "-1 000"),
    (-999, "-999"), (Int64.min, "-9 223 372 036 854 775 808"),
  ])
  func `digits stand in threes`(number: Int64, text: String) {
    #expect(SizeFormat.grouped(number) == text)
  }

  @Test(arguments: [
    (0, "0s"), (1, "0.000001s"), (999, "0.000999s"), (1_500_000, "1.5s"), (1_500_999, "1.5s"),
    (59_999_999, "59.999s"), (60_000_000, "1m0s"), (60_999_999, "1m0s"),
    (3_600_000_000, "1h0m0s"), (4_323_207_000, "1h12m3s"), (90_061_000_000, "25h1m1s"),
  ])
  func `times`(microseconds: Microseconds, text: String) {
    #expect(SizeFormat.time(microseconds) == text)
  }

  @Test(arguments: [
    (0, "0s"), (1, "0.000001s"), (4_323_207_000, "1h12m3.207s"), (60_000_001, "1m0.000001s"),
  ])
  func `times to the microsecond`(microseconds: Microseconds, text: String) {
    #expect(SizeFormat.exactTime(microseconds) == text)
  }

  @Test(
    arguments: [(0, "0000000000000000"), (255, "00000000000000ff"), (.max, "ffffffffffffffff")]
      as [(UInt64, String)])
  func `digests have sixteen digits`(digest: UInt64, text: String) {
    #expect(hexText(digest) == text)
  }
}
