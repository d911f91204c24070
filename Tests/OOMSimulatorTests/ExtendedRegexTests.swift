import Testing

@testable import OOMSimulator

/// POSIX extended regular expressions, as `regcomp()` with `REG_EXTENDED | REG_NOSUB` takes them.
@Suite struct ExtendedRegexTests {
  @Test(arguments: [
    ("^(firefox|chrome)$", "chrome", true), ("^(firefox|chrome)$", "chromedriver", false),
    ("(^|/)(init|Xorg|ssh)$", "sshd", false), ("(^|/)(init|Xorg|ssh)$", "ssh", true),
    ("a.c", "xabcx", true), ("a.c", "ac", false), ("ab*c", "ac", true), ("ab+c", "ac", false),
    ("ab?c", "abbc", false), ("a{2,3}b", "ab", false), ("a{2,3}b", "aab", true),
    ("^a{2}$", "aaa", false), ("a{0}b", "b", true), ("[^a-c]", "abc", false),
    ("[]x]", "]", true), ("[a-]", "-", true), ("[[:digit:]]+$", "cpu12", true),
    (#"\."#, "a.b", true), (#"\."#, "ab", false), ("", "x", true), ("()", "", true),
    ("(a|b|)c", "c", true), ("(a*)*b", "aaaaaaaaaaaaaaa", false),
    ("Web Content", "Web Content", true),
    ("^$", "", true), ("^$", "x", false), ("(((a)))", "a", true), ("a|b", "b", true),
  ])
  func `is found, or is not`(expression: String, text: String, isFound: Bool) throws {
    #expect(try ExtendedRegex(expression).isFound(in: text) == isFound)
  }

  @Test(arguments: [
    "(", "[a", "a{", "a{2", "a{3,2}", "a{999}", "*a", "a\\", "[b-a]", "[[:x:]]", "(a",
  ])
  func `what is no expression is refused`(expression: String) {
    #expect(throws: ExtendedRegex.Fault.self) { try ExtendedRegex(expression) }
  }

  /// One that takes a backtracking matcher for ever is as quick as any other.
  @Test func `nothing blows up`() throws {
    let nested = String(repeating: "(a*", count: 50) + String(repeating: ")*", count: 50) + "b"
    #expect(try ExtendedRegex(nested).isFound(in: String(repeating: "a", count: 15)) == false)
    #expect(throws: ExtendedRegex.Fault.self) {
      try ExtendedRegex(String(repeating: "(", count: 100_000))
    }
    let repeated = "(((a{0,255}){0,255}){0,255}){0,255}b"
    #expect(try ExtendedRegex(repeated).isFound(in: "aaab"))
  }
}
