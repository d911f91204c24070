/// The kernel's text in a line, and what stood before it.
struct LineText {
  var text: ArraySlice<UInt8>
  /// What others have put before it.
  var head: ArraySlice<UInt8>
  /// Something stood before it, so that a line without it continues another.
  var hadPrefix: Bool
  /// The text was found by its words, behind something that no form of a prefix explains.
  private(set) var isSearched = false
  /// It begins with words of the kernel's.
  private(set) var isKernels = false

  /// What stood before the last line, for the next: most lines of a log begin alike.
  struct Last {
    private var head = Skeleton([])
    private var hadPrefix = false

    init() {}

    /// - Returns: the text of a line that begins as the last one did, and goes on with words of the kernel's.
    func text(of line: ArraySlice<UInt8>) -> LineText? {
      guard hadPrefix, let end = head.end(in: line), KernelText.strength(line[end...]) == .strong
      else { return nil }
      return LineText(line, from: end)
    }

    mutating func note(_ line: LineText, isQuoted: Bool) {
      hadPrefix = line.hadPrefix && line.isKernels && !line.isSearched && !isQuoted
      if hadPrefix { head = Skeleton(line.head) }
    }
  }

  private init(_ line: ArraySlice<UInt8>, from end: Int) {
    text = line[end...]
    while text.last == UInt8(ascii: "\r") { text.removeLast() }
    head = line[..<end]
    hadPrefix = true
    isKernels = true
  }

  /// - Parameters:
  ///   - knows: whether a line of the report had the same before it: then words that a sentence may have are the
  ///     kernel's, too.
  ///   - prefixEnd: where what stood before other lines ends in this one.
  init(
    _ line: ArraySlice<UInt8>, knows: (ArraySlice<UInt8>) -> Bool = { _ in false },
    prefixEnd: (ArraySlice<UInt8>) -> Int? = { _ in nil }
  ) {
    let stripped = LinePrefix.strip(line)
    text = stripped.text
    hadPrefix = stripped.hadPrefix
    head = line[..<text.startIndex]
    if KernelText.strength(text) != nil {
      isKernels = true
      if let quote = Self.openQuote(head) { text = QuotedText.value(line, from: quote, to: text) }
      return
    }
    var at: Int
    if let invoked = text.firstIndex(of: " invoked oom-killer") {
      at = KernelText.nameStart(text, before: invoked)
      if let quote = Self.openQuote(text[..<invoked]) { at = max(at, quote + 1) }
    } else if let found = KernelText.start(in: text) {
      at = found.at
      if found.strength == .weak, !Self.endsPrefix(text[..<at]), !knows(line[..<at]) { return }
    } else if let mark = Self.mark(in: line),
      knows(line[..<mark]) || LogTime.isTimeAndFew(line[..<mark])
    {
      text = line[mark...]
      head = line[..<mark]
      hadPrefix = true
      return
    } else {
      if let end = prefixEnd(line), end > text.startIndex { takeKnown(line, end) }
      return
    }
    if at == text.startIndex { return }
    isSearched = true
    isKernels = true
    if let quote = Self.openQuote(text[..<at]) {
      head = line[..<at]
      hadPrefix = true
      let value = QuotedText.value(text, from: quote)
      let inner = LineText(value[...])
      text = inner.text
      return
    }
    // Blanks alone are what a wrapped line may begin with, too.
    hadPrefix = hadPrefix || text[..<at].contains { $0 != 0x20 }
    head = line[..<at]
    text = text[at...]
  }

  /// A line without words of the kernel's, behind what stands before those that have some.
  private mutating func takeKnown(_ line: ArraySlice<UInt8>, _ end: Int) {
    head = line[..<end]
    hadPrefix = true
    text = line[end...]
    if let quote = Self.openQuote(head) { text = QuotedText.value(line, from: quote, to: text) }
  }

  /// Where dots or dashes begin that are the last word of a line.
  private static func mark(in line: ArraySlice<UInt8>) -> Int? {
    let run = line.reversed().prefix { byte in
      !LineCharacters.isWord(byte) && byte != 0x20 && byte != UInt8(ascii: ":")
        && byte != UInt8(ascii: ";")
    }
    guard !run.isEmpty, run.count < line.count else { return nil }
    let start = line.endIndex - run.count
    if CutMarker.isDots(line[start...]) { return start }
    // Behind the bracket of a time.
    guard let bracket = line.lastIndex(of: UInt8(ascii: "]")), bracket + 1 < line.endIndex,
      CutMarker.isDots(line[(bracket + 1)...])
    else { return nil }
    return bracket + 1
  }

  /// Whether words may begin behind this: it does not end in a word of a sentence.
  private static func endsPrefix(_ head: ArraySlice<UInt8>) -> Bool {
    guard let last = head.trimmed.last else { return true }
    return !(0x61...0x7A ~= last | 0x20)
  }

  /// The quotation mark that is open at the end of a text.
  private static func openQuote(_ text: ArraySlice<UInt8>) -> Int? {
    var open: Int?
    var isEscaped = false
    for index in text.indices {
      if isEscaped {
        isEscaped = false
      } else if text[index] == UInt8(ascii: "\\") {
        isEscaped = true
      } else if text[index] == UInt8(ascii: "\"") {
        open = open == nil ? index : nil
      }
    }
    return open
  }
}
