import Foundation
import Testing

extension RuleVectorTests {
  /// One vector, with the numbers that it leaves out as 0.
  struct Vector {
    let values: [String: Any]

    init(_ values: [String: Any]) { self.values = values }

    subscript(_ key: String) -> Vector { Vector(values[key] as? [String: Any] ?? [:]) }
    func number(_ key: String) -> Int64? { (values[key] as? NSNumber)?.int64Value }
    func text(_ key: String) -> String { values[key] as? String ?? "" }
    func flag(_ key: String) -> Bool { (values[key] as? NSNumber)?.boolValue ?? false }
    var id: Comment { "\(text("id")): \(text("note"))" }
  }
}
