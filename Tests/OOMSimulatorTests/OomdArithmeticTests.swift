import Testing

@testable import OOMSimulator

/// How oomd reads numbers, sizes and paths, and reckons with them.
@Suite struct OomdArithmeticTests {
  /// The machine's own arithmetic, which no result hangs on, rounds as the integers here do.
  @Test func `float and double`() {
    func same(_ real: BinaryReal, _ double: Double) -> Bool {
      // What comes after the point is shown by the product.
      real.whole == Int64(double)
        && (double > 1e12
          || real.times(BinaryReal(1 << 22, as: .double), as: .double).whole
            == Int64(double * 4_194_304))
    }
    var random = SplitMix(seed: 77)
    for _ in 0..<20_000 {
      let a = Int64.random(in: 0...(1 << Int64.random(in: 1...50, using: &random)), using: &random)
      let b = Int64.random(in: 1...(1 << Int64.random(in: 1...30, using: &random)), using: &random)
      let quotient = Double(a) / Double(b)
      let real = BinaryReal(a, over: b, as: .double)
      if quotient < 4_000_000_000_000 {
        #expect(same(real, quotient))
        #expect(same(real.rounded(to: .float), Double(Float(quotient))))
      }
      let (hundredths, others) = (a % 10_001, b % 10_001)
      let (one, other) = (Float(hundredths) / 100, Float(others) / 100)
      // A division of two whole numbers that fit is rounded once, as strtof() is.
      let (first, second) = (
        BinaryReal(hundredths, over: 100, as: .float), BinaryReal(others, over: 100, as: .float)
      )
      #expect(same(first, Double(one)))
      #expect(same(first.plus(second, as: .float), Double(one + other)))
      #expect(same(first.times(second, as: .float), Double(one * other)))
      #expect((first < second) == (one < other))
      if others > 0 { #expect(same(first.divided(by: second, as: .float), Double(one / other))) }
      #expect(same(BinaryReal(a, as: .float), Double(Float(a))))
    }
    #expect(BinaryReal(0, over: 5, as: .float) == .zero && BinaryReal.zero.whole == 0)
    #expect(BinaryReal(.max, as: .double).whole == .max)
    #expect(BinaryReal(1, over: .max, as: .double).whole == 0)
    #expect(BinaryReal.zero < BinaryReal(1, over: .max, as: .double))
    #expect(BinaryReal.zero.plus(.zero, as: .float) == .zero)
  }

  @Test(
    arguments: [
      ("1", 1 << 20), ("0", 0), ("512M", 512 << 20), ("1.5M 32K 512", 3 << 19 + 32 << 10 + 512),
      ("1.5m32k512", 3 << 19 + 32 << 10 + 512), ("4095.5K 511", 4_194_303), ("1T", 1 << 40),
      ("0.3k", 307), ("-1", -(1 << 20)), ("+2", 2 << 20), ("7 K", 7 << 10),
    ] as [(String, Int64)])
  func `amounts`(text: String, bytes: Int64) {
    #expect(Oomd.Size(text) == .bytes(bytes))
  }

  @Test(arguments: [
    "", " ", "K", "1X", "1K2M3X", "1..5K", "101%", "-1%", "%", "M1", "1e3K", "9999999999999999T",
    "8388608T", "99999999999999999999",
  ])
  func `no amounts`(text: String) { #expect(Oomd.Size(text) == nil) }

  @Test func `per cent`() {
    #expect(Oomd.Size("40%") == .percent(40))
    #expect(Oomd.Size("40.9%") == .percent(40))
    #expect(Oomd.Size("0%")?.bytes(of: 77) == 0)
    #expect(Oomd.Size("99%")?.bytes(of: 101) == 99)
    #expect(Oomd.Size("100%")?.bytes(of: .max) == .max)
  }

  @Test func `whole numbers as stoi reads them`() {
    #expect(Oomd.LeadingNumber(" 60s")?.value == 60)
    #expect(Oomd.LeadingNumber("-5")?.value == -5)
    #expect(Oomd.LeadingNumber("+5.9")?.rest == ".9")
    for text in ["", "s60", "-", "+-1", "99999999999999999999", "٣"] {
      #expect(Oomd.LeadingNumber(text) == nil, "\(text)")
    }
  }

  @Test(arguments: [
    ("user.slice", "/user.slice", true), ("user.slice", "/user.slice/a", false),
    ("user.slice/user-*.slice/", "/user.slice/user-1000.slice", true),
    ("user.slice/user-*.slice", "/user.slice/user-1000.slice/x", false),
    ("*", "/a", true), ("*", "/.a", false), (".*", "/.a", true), ("*", "/", false),
    ("/", "/", true), (".", "/", true), ("./a", "/a", true), ("a*b*c", "/aXbYbZc", true),
    ("a*b*c", "/aXbYbZ", false), ("a?c", "/abc", true), ("a?c", "/ac", false),
    ("[ab]x", "/bx", true), ("[!ab]x", "/bx", false), ("[^ab]x", "/cx", true),
    ("[a-c]", "/b", true), ("[a-c]", "/d", false), ("[]a]", "/]", true), ("[ab", "/[ab", true),
    (#"a\*"#, "/a*", true), (#"a\*"#, "/ab", false), ("**a", "/bba", true), ("a*", "/a", true),
  ])
  func `paths with wildcards`(pattern: String, path: String, isMatch: Bool) {
    #expect(Oomd.CgroupPattern(pattern).matches(path) == isMatch)
  }

  /// A name of stars and letters takes no longer than their product.
  @Test func `many stars`() {
    let pattern = Array((String(repeating: "a*", count: 200) + "b").utf8)
    #expect(!Oomd.CgroupPattern.matches(pattern, Array(String(repeating: "a", count: 4000).utf8)))
  }
}
