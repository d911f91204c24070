internal import OOMSimulator
import VictimSelection

/// A badness of one's own over columns, as `--badness` takes it.
final class OwnBadness {
  /// What is measured: names and texts, the rule of the scan that it is held against first.
  static let texts: [(name: String, text: String)] = [
    ("6.12", kernels("6.12")),
    (
      "no tables",
      "oom_score_adj == -1000 ? never : rss + swap + oom_score_adj * (totalpages / 1000)"
    ),
    ("root's 3 %", kernels("4.9")),
    (
      "half of shmem",
      "oom_score_adj == -1000 ? never : "
        + "anon + file + shmem / 2 + swap + page_tables + oom_score_adj * (totalpages / 1000)"
    ),
    ("3.2", kernels("3.2")),
    // Of 64 bits: more bytes than 32 of them count.
    (
      "in bytes",
      "oom_score_adj == -1000 ? never : "
        + "(rss + swap + page_tables) * 4096 + oom_score_adj * (totalpages * 4096 / 1000)"
    ),
  ]

  /// What `oomsim rules RELEASE --expression` prints.
  private static func kernels(_ release: KernelRelease) -> String {
    guard let text = RulesByRelease.rules(of: release).expression else {
      fatal("\(release) has no expression")
    }
    return text
  }

  private let expression: BadnessExpression
  private let columns: BadnessColumns
  private let weights: [Int16]
  private var scratch: BadnessScratch

  init(_ text: String, _ tasks: [BenchmarkTask], weights: [Int16]) {
    do throws(BadnessTextFault) {
      expression = try BadnessExpression(text)
    } catch {
      fatal(error.description)
    }
    var columns = BadnessColumns(for: expression)
    for task in tasks { columns.append { task.value($0) } }
    self.columns = columns
    self.weights = weights
    scratch = BadnessScratch(for: expression)
  }

  @inline(never)
  func select(_ totalpages: Int64) -> Int {
    do throws(BadnessFailure) {
      return try selectBadProcess(
        columns, among: nil, weight: weights, totalpages: totalpages, by: &scratch,
        equalsReplace: true)?.row ?? -1
    } catch {
      fatal("the expression has no value")
    }
  }

  /// The same, each process by itself.
  func reference(_ totalpages: Int64) -> Int {
    var chosen = (row: -1, points: BadnessExpression.noPoints)
    for row in weights.indices where weights[row] != neverChosen {
      do throws(BadnessFault) {
        let points = try expression.points {
          $0 == .totalpages ? totalpages : columns.value($0, of: row)
        }
        if points != BadnessExpression.noPoints, points >= chosen.points { chosen = (row, points) }
      } catch {
        fatal("the expression has no value")
      }
    }
    return chosen.row
  }
}

extension BenchmarkTask {
  /// Counters that add up to the pages.
  fileprivate func value(_ column: BadnessColumn) -> Int64 {
    let part = pages / 16
    switch column {
    case .pageTables, .shmem: return part
    case .swap, .file: return 2 * part
    case .anon: return pages - 6 * part
    case .rss: return pages - 3 * part
    case .oomScoreAdj: return Int64(adj)
    case .capSysAdmin: return pages % 8 == 0 ? 1 : 0
    default: return 0
    }
  }
}

/// What selections by expressions took beside the scan by the release's rule, over the same processes.
struct OwnMeasurement {
  var population: String
  var count: Int
  var scan: Sample
  /// In the order of `OwnBadness.texts`.
  var own: [Sample]

  init(_ population: Population, count: Int, budget: Double) {
    self.population = population.name
    self.count = count
    let forms = Forms(population, count: count)
    let totals = (0..<16).map { Int64(1_000_000 + $0 * 4096) }
    let expressions = OwnBadness.texts.map {
      OwnBadness($0.text, forms.tasks, weights: forms.weights)
    }
    precondition(
      expressions[0].select(totals[0]) == forms.scan(totals[0]),
      "the expression chooses differently")
    for expression in expressions {
      precondition(
        expression.select(totals[1]) == expression.reference(totals[1]),
        "an expression's scan chooses differently")
    }
    let sink = Sink()
    func repeated(_ select: @escaping (Int64) -> Int) -> (Range<Int>) -> Void {
      { numbers in
        var rows = 0
        for number in numbers { rows &+= select(totals[number & 15]) }
        sink.keep(rows)
      }
    }
    let samples = Sample.inTurns(
      ([forms.scan] + expressions.map { $0.select }).map(repeated), budget: budget)
    scan = samples[0]
    own = Array(samples.dropFirst())
  }
}
