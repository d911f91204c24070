package import OOMSimulator

extension JSONWriter {
  /// `oomsim.sweep/1`: a table of what-ifs.
  package mutating func sweep(_ table: SweepTable) {
    object { writer in
      writer.sweepHead(table.scenario, table.kernel, table.ruleSet, table.policy)
      writer.key("vary")
      writer.array { writer in
        for variation in [table.rows, table.columns].compactMap({ $0 }) {
          writer.object { $0.variation(variation) }
        }
      }
      writer.key("cells")
      writer.array { for cell in table.cells { $0.cell(cell) } }
      writer.key("find")
      if let goal = table.goal {
        writer.object { $0.findings(table, goal.text) }
      } else {
        writer.null()
      }
    }
  }

  private mutating func variation(_ variation: Variation) {
    field("path", variation.path)
    if variation.isOpen, let range = variation.range {
      field("from", range.scale.text(range.from))
      field("to", range.scale.text(range.to))
    } else {
      key("values")
      array(inline: true) { for value in variation.values { $0.string(value) } }
    }
  }

  private mutating func cell(_ cell: SweepTable.Cell) {
    object(inline: true) { writer in
      writer.key("values")
      writer.array { writer in
        for value in [cell.row] + (cell.column.map { [$0] } ?? []) { writer.string(value) }
      }
      if let isWanted = cell.isWanted { writer.field("holds", isWanted) }
      writer.summary(cell.run)
    }
  }

  private mutating func summary(_ run: RunSummary) {
    field("first", run.first?.name)
    field("pid", run.first.map { Int64($0.pid) })
    field("at_us", run.firstAt)
    field("kills", Int64(run.kills))
    field("refused", Int64(run.refused))
    field("first_refused", run.firstRefused?.name)
    field("first_refused_us", run.firstRefusedAt)
    field("stuck", Int64(run.stuck))
    field("outcome", run.outcome.rawValue)
    field("panic_us", run.panicAt)
    field("end_us", run.end)
    field("warnings", run.warnings.map { $0.text })
    field("digest", hexText(run.digest))
  }

  private mutating func findings(_ table: SweepTable, _ goal: String) {
    field("goal", goal)
    field("path", table.rows.path)
    key("results")
    array { writer in
      for finding in table.findings {
        writer.object { writer in
          if let columns = table.columns, let column = finding.column {
            writer.key(named: columns.path)
            writer.string(column)
          }
          writer.field("monotonic", finding.isMonotonic)
          writer.field("tried", Int64(finding.tried))
          writer.field("all_tried", finding.isExhaustive)
          if finding.isCutOff { writer.field("outcome", "cut_off") }
          writer.key("intervals")
          writer.array {
            for interval in finding.intervals {
              $0.object(inline: true) {
                $0.field("from", interval.from)
                $0.field("to", interval.to)
                $0.field("holds", interval.holds)
              }
            }
          }
        }
      }
    }
  }

  private mutating func sweepHead(
    _ scenario: String?, _ kernel: String?, _ ruleSet: String?, _ policy: Policy
  ) {
    field("schema", "oomsim.sweep/1")
    field("scenario", scenario)
    field("kernel", kernel)
    field("rule_set", ruleSet)
    if policy != .kernel { field("policy", policy.rawValue) }
  }

  /// `oomsim.sweep/1` of values that are drawn.
  package mutating func jitter(_ table: JitterTable) {
    object { writer in
      writer.sweepHead(table.scenario, table.kernel, table.ruleSet, table.policy)
      writer.key("jitter")
      writer.array { writer in
        for jitter in table.jitters {
          writer.object(inline: true) {
            $0.field("path", jitter.path)
            $0.field("value", jitter.value)
            $0.field("share", "±" + jitter.percent)
          }
        }
      }
      writer.field("runs", Int64(table.runs))
      writer.field("seed", Int128(table.seed))
      writer.field("confidence_percent", 95 as Int64)
      writer.key("first")
      writer.array { for row in table.rows { $0.row(row, of: table.runs) } }
      for (key, count) in [
        ("refused", table.refused), ("stuck", table.stuck), ("panic", table.panics),
        ("loop", table.loops), ("cut_off", table.cutOff),
      ] as [(StaticString, Int)] {
        writer.key(key)
        writer.object(inline: true) { $0.proportion(count, of: table.runs) }
      }
      writer.field("digest", hexText(table.digest))
    }
  }

  private mutating func row(_ row: JitterTable.Row, of runs: Int) {
    object(inline: true) {
      $0.field("name", row.name)
      $0.proportion(row.count, of: runs)
      $0.field("earliest_us", row.times.first)
      $0.field("median_us", row.median)
      $0.field("latest_us", row.times.last)
    }
  }

  /// In hundredths of a percent.
  private mutating func proportion(_ count: Int, of runs: Int) {
    let proportion = Proportion(count: count, of: runs)
    field("count", Int64(count))
    field("share_per_10000", Int64(proportion.share))
    field("low_per_10000", Int64(proportion.interval.lowerBound))
    field("high_per_10000", Int64(proportion.interval.upperBound))
  }
}

extension JitterTable.Row {
  /// Of an even number the lower of the two in the middle.
  package var median: Microseconds? { times.isEmpty ? nil : times[(times.count - 1) / 2] }
}
