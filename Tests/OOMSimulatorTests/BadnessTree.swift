import VictimSelection

@testable import OOMSimulator

/// An expression as a tree, with what it is worth by the rules of C over 128 bits.
indirect enum BadnessTree {
  case number(Int64)
  case column(BadnessColumn)
  case unary(String, BadnessTree)
  case binary(String, Self, Self)
  case function(String, Self, Self)
  case choice(BadnessTree, Self, Self)

  static let levels = [
    ["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"],
  ]

  static func generated(_ random: inout SplitMix, depth: Int) -> BadnessTree {
    let kind =
      depth == 0 ? Int.random(in: 0...1, using: &random) : Int.random(in: 0...9, using: &random)
    func part(_ random: inout SplitMix) -> BadnessTree { generated(&random, depth: depth - 1) }
    switch kind {
    case 0: return .number(Int64.random(in: 0...40, using: &random))
    case 1: return .column(BadnessColumn.allCases.randomElement(using: &random) ?? .anon)
    case 2: return .unary(Bool.random(using: &random) ? "-" : "!", part(&random))
    case 3: return .choice(part(&random), part(&random), part(&random))
    case 4:
      return .function(Bool.random(using: &random) ? "min" : "max", part(&random), part(&random))
    default:
      let sign = levels.joined().map { $0 }.randomElement(using: &random) ?? "+"
      return .binary(sign, part(&random), part(&random))
    }
  }

  /// How tight it binds, the loosest 0.
  private var level: Int {
    switch self {
    case .choice: 0
    case .binary(let sign, _, _): 1 + (Self.levels.firstIndex { $0.contains(sign) } ?? 0)
    case .unary: 7
    case .number, .column, .function: 8
    }
  }

  /// With no more parentheses than C needs.
  var text: String {
    func inside(_ tree: BadnessTree, above level: Int) -> String {
      tree.level < level ? "(\(tree.text))" : tree.text
    }
    switch self {
    case .number(let number): return "\(number)"
    case .column(let column): return column.rawValue
    case .unary(let sign, let tree): return sign + " " + inside(tree, above: 7)
    case .binary(let sign, let left, let right):
      return "\(inside(left, above: level)) \(sign) \(inside(right, above: level + 1))"
    case .function(let name, let left, let right): return "\(name)(\(left.text), \(right.text))"
    case .choice(let condition, let then, let otherwise):
      return "\(inside(condition, above: 1)) ? \(then.text) : \(otherwise.text)"
    }
  }

  /// Nil where a step that is taken does not fit into 64 bits, or divides by 0.
  func value(_ columns: [BadnessColumn: Int64]) -> Int128? {
    func held(_ number: Int128) -> Int128? {
      number < Int128(Int64.min) || number > Int128(Int64.max) ? nil : number
    }
    switch self {
    case .number(let number): return Int128(number)
    case .column(let column): return columns[column].map { Int128($0) }
    case .unary(let sign, let tree):
      guard let number = tree.value(columns) else { return nil }
      return sign == "-" ? held(-number) : number == 0 ? 1 : 0
    case .function(let name, let left, let right):
      guard let a = left.value(columns), let b = right.value(columns) else { return nil }
      return name == "min" ? Swift.min(a, b) : Swift.max(a, b)
    case .choice(let condition, let then, let otherwise):
      guard let number = condition.value(columns) else { return nil }
      return number != 0 ? then.value(columns) : otherwise.value(columns)
    case .binary(let sign, let left, let right):
      guard let a = left.value(columns) else { return nil }
      if sign == "&&", a == 0 { return 0 }
      if sign == "||", a != 0 { return 1 }
      guard let b = right.value(columns) else { return nil }
      switch sign {
      case "&&", "||": return b != 0 ? 1 : 0
      case "==": return a == b ? 1 : 0
      case "!=": return a != b ? 1 : 0
      case "<": return a < b ? 1 : 0
      case "<=": return a <= b ? 1 : 0
      case ">": return a > b ? 1 : 0
      case ">=": return a >= b ? 1 : 0
      case "+": return held(a + b)
      case "-": return held(a - b)
      case "*": return held(a * b)
      case "/": return b == 0 ? nil : held(a / b)
      default: return b == 0 ? nil : held(a % b)
      }
    }
  }
}
