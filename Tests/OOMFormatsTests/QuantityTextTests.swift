import OOMFormats
import OOMSimulator
import Testing

/// Quantities of Kubernetes: exact, or an error.
@Suite struct QuantityTextTests {
  @Test(
    arguments: [
      ("0", 0), ("1", 1), ("512Mi", 512 << 20), ("1.5Gi", 3 << 29), ("1Ki", 1024), ("2Ti", 1 << 41),
      ("3Pi", 3 << 50), ("7Ei", 7 << 60), ("500M", 500_000_000), ("1k", 1000),
      ("129e6", 129_000_000),
      ("129E6", 129_000_000), ("1E3", 1000), ("1e+3", 1000), ("123456789", 123_456_789),
      ("128974848000m", 128_974_848), ("9223372036854775807", Int64.max),
      ("9E", 9_000_000_000_000_000_000),
      (".5Gi", 1 << 29), ("5.Gi", 5 << 30), ("+1Gi", 1 << 30), ("0.000000000001Ti", 2),
      ("00012", 12), ("1000000e-3", 1000), ("0e9999", 0), ("0.0Ei", 0),
      // Rounded up to whole units.
      ("1m", 1), ("1500m", 2), ("999999999n", 1), ("1000000001n", 2), ("1u", 1), ("0.1", 1),
      ("1e-9", 1), ("1e-9999", 1), ("0.3Ki", 308), ("1.0000000001", 2),
    ] as [(String, Int64)])
  func `values`(text: String, value: Int64) throws {
    #expect(try Kubernetes.Quantity(text).value == value)
  }

  /// The same amount in every way of writing it is the same quantity.
  @Test func `billionths`() throws {
    #expect(try Kubernetes.Quantity("1n").nano == 1)
    #expect(try Kubernetes.Quantity("0.1n").nano == 1)
    #expect(try Kubernetes.Quantity("1.000000000000000000000000001").nano == 1_000_000_001)
    #expect(try Kubernetes.Quantity("500m") == Kubernetes.Quantity("0.5"))
    #expect(try Kubernetes.Quantity("1000m") == Kubernetes.Quantity("1"))
    #expect(try Kubernetes.Quantity("1024Mi") == Kubernetes.Quantity("1Gi"))
    #expect(try Kubernetes.Quantity("0.1Ki").nano == 102_400_000_000)
    #expect(try Kubernetes.Quantity("0.1234567891Ki").nano == 126_419_752_039)
  }

  @Test(arguments: [
    "", " ", "Mi", ".", "+", "1 Gi", "1GB", "1gi", "1KiB", "1K", "1mi", "1e", "1e+", "1e1.5",
    "0x10",
    "1Gi ", "1,5Gi", "1.2.3", "１Gi", "1e٣", "NaN", "inf", "1_000", "--1", "1-", "1Zi", "\u{0}",
    "1Mi\u{0}",
  ])
  func `no quantities`(text: String) {
    #expect(throws: QuantityError.self) { try Kubernetes.Quantity(text) }
  }

  @Test(arguments: ["-1", "-1Gi", "-0"])
  func `negative`(text: String) {
    let error = #expect(throws: QuantityError.self) { try Kubernetes.Quantity(text) }
    #expect(error?.message.contains("is negative") == true)
  }

  @Test(arguments: [
    "9223372036854775808", "8Ei", "9.3E", "10E", "1e19", "1e9999", "1e99999999999999999999999",
    "99999999999999999999999999999999999999", "7.9999999999999999999999Ei", "16Ei", "100000Pi",
  ])
  func `too large`(text: String) {
    let error = #expect(throws: QuantityError.self) { try Kubernetes.Quantity(text) }
    #expect(error?.message.contains("more than 2^63 - 1") == true, "\(error?.message ?? "")")
  }

  @Test func `as many digits as one likes`() throws {
    let zeros = String(repeating: "0", count: 100_000)
    #expect(try Kubernetes.Quantity(zeros + "7").value == 7)
    #expect(try Kubernetes.Quantity("7." + zeros).value == 7)
    #expect(try Kubernetes.Quantity("0." + zeros + "1").nano == 1)
    #expect(try Kubernetes.Quantity("1" + zeros.prefix(40) + "e-40").value == 1)
    let error = #expect(throws: QuantityError.self) {
      try Kubernetes.Quantity("1." + String(repeating: "3", count: 40))
    }
    #expect(error?.message.contains("more digits than count") == true)
  }

  /// Against the sum done digit by digit: whole numbers and thousandths of each unit.
  @Test func `any number in any unit`() throws {
    var state: UInt64 = 5
    let units: [(String, Int128)] = [
      ("", 1), ("k", 1000), ("M", 1_000_000), ("G", 1_000_000_000), ("Ki", 1 << 10),
      ("Mi", 1 << 20),
      ("Gi", 1 << 30), ("Ti", 1 << 40), ("e3", 1000), ("E6", 1_000_000),
    ]
    for round in 0..<4000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let whole = Int128(state >> 44)
      let thousandths = Int128(state >> 20) % 1000
      let (unit, factor) = units[round % units.count]
      let fraction = String(1000 + Int(thousandths)).dropFirst()
      let text = "\(whole).\(fraction)\(unit)"
      let nano = (whole * 1000 + thousandths) * factor * 1_000_000
      #expect(try Kubernetes.Quantity(text).nano == nano, "\(text)")
    }
  }
}
