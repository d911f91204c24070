import Foundation
import Testing

/// `oomsim import` as a user runs it: files in; a scenario, what is a guess, and an exit code out.
@Suite struct ImportCommandTests {
  private static let folder = Program.packageRoot.appending(path: "Tests/Data/import")

  /// One shell goes through all of them: a test for each would start as many programs in as many threads.
  @Test func `every malformed input ends with 65 and prints nothing`() async throws {
    let output = try await Program.shell(
      """
      scratch=$(mktemp -d)
      for file in */malformed-*; do
        kind=${file%/*}
        from="--from $kind"
        if [ $kind = unknown ]; then from=; fi
        oomsim import $from $file -o $scratch/out.json > $scratch/out 2> $scratch/error
        code=$?
        if [ $code != 65 ] || [ -s $scratch/out ] || [ -e $scratch/out.json ] || [ ! -s $scratch/error ]; then
          echo "$file: code $code"
        fi
      done
      rm -r $scratch
      echo done
      """, in: Self.folder)
    #expect(output.code == 0 && output.out == "done\n", "\(output)")
  }

  @Test func `every valid input is a scenario that runs`() async throws {
    let output = try await Program.shell(
      """
      scratch=$(mktemp -d)
      for file in */valid-*; do
        kind=${file%/*}
        oomsim import $file -o $scratch/s.json 2> $scratch/error || echo "$file: import"
        grep -q "^oomsim: read as $kind\\$" $scratch/error || echo "$file: not said to be $kind"
        set -- "$@" $scratch/$kind-${file##*/}.json
        mv $scratch/s.json $scratch/$kind-${file##*/}.json
      done
      oomsim run --json "$@" > $scratch/out || echo "run"
      rm -r $scratch
      echo done
      """, in: Self.folder)
    #expect(output.code == 0 && output.out == "done\n", "\(output)")
  }

  @Test func `what is written is what is printed, and guesses go to standard error`() async throws {
    let scratch = try Scratch()
    let ps = Self.folder.appending(path: "ps/valid-1.txt").path
    let free = Self.folder.appending(path: "free.txt").path
    let printed = try await Program.run(["import", ps, "--free", free])
    #expect(printed.code == 0)
    #expect(
      printed.error.hasPrefix("oomsim: read as ps\noomsim: rss is taken for anonymous memory"))
    let file = scratch.url.appending(path: "s.json").path
    let written = try await Program.run(["import", "--from", "ps", free, ps, "-o", file])
    #expect(written.code == 0 && written.out == "" && !written.error.contains("read as"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == printed.out)
  }

  @Test func `what sizes in powers of 1000 became`() async throws {
    let ps = "  PID   RSS CMD\n   20  9000 a\n"
    for size in ["8GB", "8gb"] {
      let output = try await Program.run(
        ["import", "-", "--memory", size, "--swap", "2GB"], stdin: ps)
      #expect(output.code == 0)
      #expect(output.error.contains("--memory: 8GB counts in powers of 1000 and became 7.4 GiB"))
      #expect(output.error.contains("--swap: 2GB counts in powers of 1000 and became 1.8 GiB"))
    }
    let node = try await Program.run([
      "k8s", "Tests/Data/k8s/qos-trio.json", "--capacity", "8GB", "--system-usage", "0",
    ])
    #expect(node.code == 0, "\(node.error)")
    #expect(
      node.error.hasPrefix(
        "oomsim: --capacity: 8GB counts in powers of 1000 and became 7.4 GiB; write 8Gi for"))
  }

  /// What every name may hold reaches neither the terminal nor the file as it is.
  @Test func `control characters are spelt out`() async throws {
    let ps = "  PID   RSS CMD\n   20  9000 \u{1B}[31mred\n   21  90 \u{7}bell\n"
    let output = try await Program.run(["import", "-"], stdin: ps)
    #expect(output.code == 0 && !output.out.contains("\u{1B}") && !output.out.contains("\u{7}"))
    let wrong = try await Program.run(
      ["import", "-"], stdin: "  PID   RSS CMD\n   20  \u{1B}[31m a\n")
    #expect(wrong.code == 65 && wrong.out == "" && !wrong.error.contains("\u{1B}"), "\(wrong)")
    #expect(wrong.error.hasPrefix("standard input:2:8: error: RSS "), "\(wrong)")
  }

  /// A week of metrics, then a what-if: where the limit is reached, what would have to be, and from where on nobody dies.
  @Test func `a week of metrics, then what-ifs`() async throws {
    let scratch = try Scratch()
    let start = 1_764_460_800
    let samples = (0..<7 * 288).map { index -> String in
      // Grows by day, falls back every night, and a little higher each day.
      let minute = index % 288
      let pages =
        20_000 + 400 * (index / 288) + (minute < 200 ? minute * 100 : (288 - minute) * 227)
      return "[\(start + index * 300),\"\(pages * 4096)\"]"
    }
    let text = """
      {"status":"success","data":{"resultType":"matrix","result":[
      {"metric":{"__name__":"container_memory_rss","container":"api"},"values":[\(samples.joined(separator: ","))]},
      {"metric":{"__name__":"container_spec_memory_limit_bytes","container":"api"},"values":[[\(start),"402653184"]]},
      {"metric":{"__name__":"node_memory_MemTotal_bytes","instance":"n"},"values":[[\(start),"4294967296"]]}]}}
      """
    try scratch.file("week.json", text)
    let output = try await Program.shell(
      """
      set -e
      oomsim import week.json -o s.json 2> notes
      oomsim run s.json
      oomsim sweep s.json --vary cgroups./api.memory.max=100M,150M,200M
      oomsim protect s.json --process api --set cgroups./api.memory.max=150M
      """, in: scratch.url)
    #expect(output.code == 0 && output.error == "", "\(output)")
    #expect(output.out.contains("nobody was killed · end at 167h55m0s"), "\(output.out)")
    #expect(output.out.contains("api dies first in 2, nobody dies in 1"), "\(output.out)")
    #expect(output.out.contains("memory.max of /api"), "\(output.out)")
  }

  @Test func `k8s takes workloads`() async throws {
    let path = Self.folder.appending(path: "kubernetes/valid-1.json").path
    let output = try await Program.run(["k8s", path, "--capacity", "4Gi", "--near", "100"])
    #expect(output.code == 0, "\(output.error)")
    for name in ["shop/web-1/app", "shop/web-2/app", "shop/web-3/app"] {
      #expect(output.out.contains(name), "\(output.out)")
    }
    let usage = try await Program.run(
      ["k8s", path, "--capacity", "4Gi", "--usage", "shop/web-2/app=200Mi"])
    #expect(usage.code == 0, "\(usage.error)")
  }

  @Test(arguments: [
    (["import"], 64, "Missing operand 'FILE…'."),
    (["import", "x", "--from", "csv"], 64, "Please provide one of 'compose'"),
    (["import", "x", "--memory", "8"], 64, "--memory: '8' is no size up to 4 PiB"),
    (["import", "x", "--memory", "1k"], 64, "--memory: a machine has more memory than that."),
    (["import", "x", "--scale", "fast"], 64, "--scale takes a factor from 0.001 to 1000"),
    (["import", "-", "-"], 64, "only one file can be standard input."),
    (["import", "missing.json"], 66, "missing.json: no such file or directory"),
    (["import", "Tests/Data/import"], 66, "is a directory"),
    (
      ["import", "Tests/Data/import/ps/valid-1.txt", "Tests/Data/import/sar/valid-1.txt"], 65,
      "one kind at a time"
    ),
    (
      ["import", "Tests/Data/import/ps/valid-1.txt", "-o", "/nowhere/x.json"], 66, "/nowhere/x.json"
    ),
  ])
  func `wrong usage`(arguments: [String], code: Int32, error: String) async throws {
    let output = try await Program.run(arguments)
    #expect(output.code == code && output.out == "" && output.error.contains(error), "\(output)")
  }
}
