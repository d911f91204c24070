import Testing

/// A wrong command line is answered in one form, whatever finds it: what is wrong, the usage, where the help is.
struct UsageErrorTests {
  private static let file = "Scenarios/protection/agent-minus-500.json"

  static let lines: [(command: String, arguments: [String], message: String)] = [
    ("run", [file, "--kernel-log", "--json"], "--kernel-log prints a log"),
    ("run", [file, "--kernel", "x"], "--kernel: "),
    (
      "run", [file, "--timeline", "x.xls"],
      "--timeline takes a file that ends in .csv or .json, or -;"
    ),
    (
      "run", [file, "--timeline", "-", "--chart"], "--timeline - prints the timeline alone, without"
    ),
    ("run", [file, "--timeline", "-", "-o", "-"], "--timeline - and -o - cannot both print"),
    ("run", [file, file, "--timeline", "x.csv"], "--timeline saves one scenario, found 2."),
    ("run", [file, "--every", "1s"], "--every goes with --timeline."),
    (
      "run", [file, "--timeline", "x.csv", "--every", "0"],
      "--every takes a time above 0, found '0'."
    ),
    ("run", [file, "--timeline", "x.csv", "--every", "10"], "--every 10: "),
    ("check", [file, "--set", "x"], "--set takes PATH=VALUE, found 'x'."),
    ("score", [file, "--at", "x"], "--at x: "),
    ("explain", [file, "--kill", "0"], "--kill takes a number from 1, found '0'."),
    ("explain", [file, "--kill", "99"], "--kill 99: there is 1 kill."),
    ("explain", [file, "--why", "nobody-here"], "--why: no process is called 'nobody-here'"),
    ("learn", ["no-such-story"], "no lesson and no chapter is called 'no-such-story'."),
    ("learn", ["--count", "3"], "--count goes with --quiz."),
    ("myths", ["root_bonsu"], "no myth is called 'root_bonsu'. Did you mean 'root_bonus'?"),
    ("report", [file], "report writes a page"),
    ("protect", [file], "Missing option '--process <NAME|PID>'."),
    ("protect", [file, "--process", "nobody-here"], "--process: no process"),
    ("compare", [file, "--kernels", "6.12"], "--kernels takes two releases or more"),
    (
      "run", [file, "--badness", "anom"],
      "--badness 'anom': column 1: 'anom' is no name; did you mean"
    ),
    (
      "compare", [file, "--badness", "1", "--badness", "2", "--badness", "3"], "--badness: two are"
    ),
    (
      "compare", [file, "--badness", "rss", "--kernels", "all"], "--badness decides by the release"
    ),
    ("compare", [file, file, file], "two scenarios are compared, or one;"),
    (
      "autopsy", ["Tests/Data/logs/m03-leaf-before-parent-qemu-6.1.txt", "--badness", "nice"],
      "--badness: no log says nice"
    ),
    ("rules", ["--expression"], "--expression is of one release"),
    ("rules", ["2.6.32", "--expression"], "--expression: before 2.6.36"),
    ("sweep", [file], "Missing option '--vary"),
    (
      "sweep", [file, "--jobs", "0", "--vary", "machine.memory=1G"], "--jobs takes a number from 1 "
    ),
    ("sweep", [file, "--vary", "machine.memory"], ""),
    ("batch", ["--jobs", "x"], "--jobs takes a number from 1 to 1024, found 'x'."),
    ("k8s", ["x.json", "--rows", "0"], "--rows takes a number from 1 to 1000, found '0'."),
    ("autopsy", ["x.txt", "--report", "0"], "--report takes a number from 1, found '0'."),
    ("snapshot", ["--topp"], "Unknown option '--topp'."),
    ("next", ["--top", "0"], "--top takes a number from 1 to 1000000, found '0'."),
    ("next", ["--prometheus", "--json"], "--prometheus is printed once, and alone"),
    ("check", [file, "--github", "--json"], "--github prints lines of its own"),
    ("next", ["--set", "a=b"], "--set is for a scenario"),
    ("rules", ["6.12..4.14"], "write the older release first: 4.14..6.12."),
    (
      "new", ["pot"],
      "there are scenarios of a machine, a container, a pod and a unit, not of 'pot'."
    ),
    ("schema", ["frobnicate"], "no key, event or value of a scenario is called 'frobnicate'."),
    ("completion", ["tcsh"], "there are completions for bash, zsh and fish, not for 'tcsh'."),
  ]

  @Test(arguments: lines)
  func `one form`(command: String, arguments: [String], message: String) async throws {
    let output = try await Program.run([command] + arguments)
    #expect(output.code == 64 && output.out == "", "\(output)")
    #expect(output.error.hasPrefix("Error: \(message)"), "\(output.error)")
    let lines = output.error.split(separator: "\n")
    #expect(lines.count == 3 && lines[1].hasPrefix("Usage: oomsim \(command)"), "\(output.error)")
    #expect(lines.last == "  See 'oomsim \(command) --help' for more information.")
  }

  @Test func `a page of results that cannot be written says why`() async throws {
    let output = try await Program.run(["check", Self.file, "--junit", "/no/such/place.xml"])
    #expect(output.code == 66)
    #expect(output.error == "oomsim: /no/such/place.xml: no such file or directory\n")
  }
}
