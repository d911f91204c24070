internal import OOMFormats
internal import OOMSimulator

/// How text looks: whether it may carry terminal colours, which never carry meaning alone, and pages beside sizes.
package struct Style: Sendable {
  package var isColored: Bool
  /// Whether sizes stand beside the pages that they are made of.
  package var showsPages: Bool

  package init(isColored: Bool, showsPages: Bool = false) {
    self.isColored = isColored
    self.showsPages = showsPages
  }

  /// A number of pages as a size, with the pages where they are asked for.
  func amount(pages: Int64, pageSize: Bytes) -> String {
    SizeFormat.amount(pages: pages, pageSize: pageSize, showsPages: showsPages)
  }

  func bold(_ text: String) -> String { wrap(text, "1") }
  func red(_ text: String) -> String { wrap(text, "1;31") }
  func green(_ text: String) -> String { wrap(text, "32") }
  func dim(_ text: String) -> String { wrap(text, "2") }

  private func wrap(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
