package import OOMSimulator

extension JSONWriter {
  /// `oomsim.timeline/1`: memory over the time of a run, a list for each column.
  package mutating func timeline(_ timeline: Timeline, of run: Run) {
    object { writer in
      writer.field("schema", "oomsim.timeline/1")
      writer.field("scenario", run.scenario)
      writer.field("kernel", run.kernel)
      writer.field("page_size", timeline.pageSize)
      writer.field("thinned_to_us", timeline.thinnedTo)
      writer.key("time_us")
      writer.numbers(timeline.times.map { $0.rawValue })
      writer.key("cgroups")
      writer.array {
        for line in timeline.groups {
          $0.object {
            $0.field("path", line.path)
            $0.key("pages")
            $0.numbers(line.pages)
          }
        }
      }
      writer.key("processes")
      writer.array {
        for line in timeline.processes {
          $0.object {
            $0.field("name", line.process.name)
            $0.key("pages")
            $0.numbers(line.pages)
          }
        }
      }
      writer.key("free_pages")
      writer.numbers(timeline.fills.map { $0.free })
      writer.key("cache_pages")
      writer.numbers(timeline.fills.map { $0.cache })
      writer.key("swap_pages")
      writer.numbers(timeline.fills.map { $0.swap })
      writer.key("committed_as_pages")
      writer.numbers(timeline.fills.map { $0.committed })
    }
  }

  private mutating func numbers(_ numbers: [Int64]) {
    array(inline: true) { for number in numbers { $0.integer(number) } }
  }
}
