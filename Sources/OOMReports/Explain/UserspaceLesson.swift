internal import OOMFormats
internal import OOMSimulator

/// A kill that a program of user space decided: what it read, what it held that against, and what it did.
struct UserspaceLesson {
  let run: Run
  let kill: Kill
  let ground: Ground
  let scenario: Scenario

  private var numbers: LessonNumbers { LessonNumbers(pageSize: run.pageSize) }

  var steps: [Lesson.Step] { [look, deaths] }

  private var look: Lesson.Step {
    var step = Lesson.Step(name: .userspace, title: "\(plain(kill.by)) looks, and acts")
    step.field("at", SizeFormat.time(kill.at))
    if let rule = ground.rule {
      step.field("ruleset", plain(rule.ruleset))
      step.field("detectors", plain(rule.detectorGroup))
    }
    if let watched = ground.watched { step.field("watched", plain(watched)) }
    for check in ground.checks {
      step.field(plain(check.what), "\(check.value.text) \(check.relation) \(check.limit.text)")
      if let least = check.least { step.field("by an estimate", "\(least.text) at least") }
    }
    if let held = ground.held { step.field("held for", SizeFormat.time(held)) }
    step.say(
      "No allocation has failed: the kernel is not asked, and its log says nothing. The program reads files of /proc and "
        + "of groups every now and then, and all of this held at its look.")
    step.facts = [Lesson.Fact("at_us", kill.at), Lesson.Fact("by", kill.by)]
    step.rows = ground.checks.map {
      [
        Lesson.Fact("what", $0.what), Lesson.Fact("value", $0.value.text),
        Lesson.Fact("relation", $0.relation), Lesson.Fact("limit", $0.limit.text),
      ]
    }
    return step
  }

  /// How the program ranks processes.
  ///
  /// File: main.c and kill.c of earlyoom, `--sort-by-rss` since 1.8.
  private var choice: String {
    let options = scenario.killers.filter { $0.kind.rawValue == kill.by }
      .flatMap { ($0.args ?? "").split(separator: " ") }
    return options.contains("--sort-by-rss")
      ? "It is chosen by its resident memory, as --sort-by-rss says, whatever its oom_score."
      : "It is chosen by /proc/PID/oom_score, the kernel's badness for the machine."
  }

  /// How a plugin of oomd ranks groups. File: src/oomd/plugins/Kill*-inl.h of oomd.
  private func order(of plugin: String) -> String {
    switch plugin {
    case "kill_by_memory_size_or_growth":
      "A group that has a large part of what all that are ranked have together goes first; else, of those that have most, "
        + "the one that grows fastest; else the one that has most beyond its protection."
    case "kill_by_swap_usage": "The group with most in swap goes first."
    case "kill_by_pressure":
      "The group that stalls most goes first, by the averages over 10 s and over 60 s."
    default: "The group of which reclaim scans most goes first."
    }
  }

  private var deaths: Lesson.Step {
    var step = Lesson.Step(name: .userspace, title: "What it kills")
    step.field("signal", ground.signal.rawValue)
    if let escalated = ground.escalated {
      step.field("then", "SIGKILL at \(SizeFormat.time(escalated))")
    }
    if let cgroup = ground.cgroup {
      step.field("group", plain(cgroup))
      let count = kill.killed.count
      if let pod = ground.pod {
        step.field("ranked by", pod.text)
        step.say(
          "Pods that use more than they request go first, of these the lowest priority first, of these the one that "
            + "uses most above its request. oom_score_adj is not asked.")
      }
      if let choice = ground.choice { step.field("chosen by", choice) }
      if let rule = ground.rule { step.say(order(of: rule.plugin)) }
      step.say(
        "All of the group are killed, \(count) process\(count == 1 ? "" : "es"), whatever their oom_score_adj."
          + (kill.by == UserspaceKiller.Kind.kubelet.rawValue
            ? " The pod is gone, with its volumes in memory: nothing of it comes back on this node."
            : ""))
    } else {
      step.field("process", numbers.name(kill.victim.identity))
      step.field("oom_score", "\(kill.victim.oomScore)")
      step.say(choice)
    }
    step.field("freed", numbers.pages(kill.freedPages))
    step.facts = [
      Lesson.Fact("signal", ground.signal.rawValue), Lesson.Fact("cgroup", ground.cgroup),
      Lesson.Fact("oom_score", kill.victim.oomScore), Lesson.Fact("freed_pages", kill.freedPages),
    ]
    step.rows = kill.killed.map {
      [Lesson.Fact("pid", Int64($0.process.pid)), Lesson.Fact("name", $0.process.name)]
    }
    return step
  }
}
