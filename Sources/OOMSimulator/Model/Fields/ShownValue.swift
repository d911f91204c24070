/// The value of a field as a difference of two scenarios shows it.
package enum ShownValue: Equatable, Sendable {
  case pages(Int64)
  case number(Int64)
  case microseconds(Microseconds)
  case text(String)
  /// Not given, or not there.
  case absent
}

extension ShownValue {
  static func flag(_ value: Bool) -> Self { .number(value ? 1 : 0) }
  static func optional(_ number: Int64?) -> Self { number.map { .number($0) } ?? .absent }
  static func optional(_ text: String?) -> Self { text.map { .text($0) } ?? .absent }
  static func optionalPages(_ pages: Int64?) -> Self { pages.map { .pages($0) } ?? .absent }
}
