internal import OOMSimulator

/// A JSON path as messages and `--set` spell it: `processes[3].oom_score_adj`.
func pathText(_ path: [PathStep]) -> String { path.text }

/// Finds out where in a text something stands. Reading carries neither lines nor paths along; the few
/// places that a message names are looked up by going through the text once more.
struct JSONLocator {
  let bytes: [UInt8]

  /// Line and column, both from 1; a column is a character.
  func position(of offset: Int) -> (line: Int, column: Int) {
    var line = 1
    var column = 1
    // A byte order mark is no character of the text.
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    for byte in bytes.prefix(offset).dropFirst(start) {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return (line, column)
  }

  /// The path of the key or value at an offset; as deep as the text is well formed.
  func path(to offset: Int) -> [PathStep] {
    var found: [PathStep] = []
    walk { path, start, end in
      // Children are seen before their parents, so the first hit is the deepest.
      if found.isEmpty, start <= offset, offset < max(end, start + 1) { found = path }
    }
    return found
  }

  /// The offset of the value at a path, or of the deepest part of the path that exists.
  func offset(of wanted: [PathStep]) -> Int {
    var best = (depth: -1, offset: 0)
    walk { path, start, _ in
      if path.count > best.depth, wanted.starts(with: path) { best = (path.count, start) }
    }
    return best.offset
  }

  /// Calls `visit` for every value with its path and where its key, or it, begins and it ends. A text may hold several
  /// documents back to back: paths are those in each.
  private func walk(_ visit: ([PathStep], Int, Int) -> Void) {
    var reader = JSONReader(bytes)
    var path: [PathStep] = []
    var open: [(isObject: Bool, start: Int, count: Int)] = []
    do throws(JSONError) {
      var start = try reader.peekOffset()
      while true {
        let kind = try reader.peek()
        if kind == .object || kind == .array {
          let isObject = kind == .object
          if isObject { try reader.beginObject() } else { try reader.beginArray() }
          open.append((isObject, start, 0))
        } else {
          try reader.skipValue()
          visit(path, start, reader.offset)
          if !path.isEmpty, !open.isEmpty { path.removeLast() }
        }
        var goesOn = false
        while !goesOn, let level = open.last {
          let isFirst = level.count == 0
          if level.isObject {
            let keyStart = try reader.offsetOfNext()
            if let key = try reader.nextKey(isFirst: isFirst) {
              goesOn = true
              start = isFirst ? keyStart : key.start - 1
              path.append(.key(reader.text(key)))
            }
          } else if try reader.nextElement(isFirst: isFirst) {
            goesOn = true
            start = try reader.peekOffset()
            path.append(.index(level.count))
          }
          open[open.count - 1].count += 1
          if !goesOn {
            open.removeLast()
            visit(path, level.start, reader.offset)
            if !open.isEmpty { path.removeLast() }
          }
        }
        if !goesOn {
          reader.skipSpace()
          if reader.offset == bytes.count { return }
          start = reader.offset
        }
      }
    } catch {
      // The text ends, or is wrong, here: all that is open reaches at least this far.
      visit(path, error.offset, bytes.count + 1)
      for level in open.reversed() {
        visit(path, level.start, bytes.count + 1)
        if !path.isEmpty { path.removeLast() }
      }
    }
  }
}

extension JSONReader {
  /// Where the next value begins.
  fileprivate mutating func peekOffset() throws(JSONError) -> Int {
    _ = try peek()
    return offset
  }

  fileprivate mutating func offsetOfNext() throws(JSONError) -> Int {
    skipSpace()
    return offset
  }
}
