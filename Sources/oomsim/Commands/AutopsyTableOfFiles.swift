internal import KernelLog
import OOMFormats
internal import OOMReports

/// `autopsy` of many logs: a table, or a line of JSON for each report. A file of a directory that has no report is
/// passed over.
func autopsyTable(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  var entries: [AutopsyTable.Entry] = []
  var files = 0
  for operand in arguments.operands {
    let paths: [String]
    do throws(InputError) {
      paths = try InputFile.files(at: operand)
    } catch {
      terminal.error("oomsim: \(error.message)")
      throw ExitCode.noInput
    }
    files += paths.count
    for path in paths {
      for autopsy in Autopsy.of(try readLog(path, terminal).reports) {
        entries.append(
          AutopsyTable.Entry(file: path == "-" ? "standard input" : path, autopsy: autopsy))
      }
    }
  }
  if entries.isEmpty {
    terminal.error("oomsim: no OOM report in \(files == 1 ? "it" : "any of \(files) files")")
    throw ExitCode.malformed
  }
  if arguments.has("--json") {
    for entry in entries {
      var writer = JSONWriter()
      writer.autopsyEntry(entry)
      writer.finish()
      terminal.out(String(decoding: writer.bytes, as: UTF8.self))
    }
  } else {
    terminal.out(AutopsyTable(entries, style: terminal.style(arguments)).text)
  }
  return entries.contains { $0.autopsy.verdict == .mismatch } ? .mismatch : .done
}
