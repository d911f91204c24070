internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// The steps that every OOM begins with, whatever comes of it.
struct LessonOpening {
  let scene: OOMScene
  let at: Microseconds
  let rules: RulesInForce
  let numbers: LessonNumbers

  var domain: String {
    scene.cgroup.map(plain) ?? scene.nodes.map { $0.inWords } ?? "the machine"
  }
  private var isMemcg: Bool { scene.cgroup != nil }

  // MARK: The allocation

  func allocation() -> Lesson.Step {
    var step = Lesson.Step(name: .allocation, title: "What failed, and what had been tried")
    step.say(whatFailed)
    step.field("at", SizeFormat.time(at))
    if let invoker = scene.invoker { step.field("asked by", numbers.name(invoker)) }
    contents(into: &step)
    step.say(whatWasTried)
    step.parts += isMemcg ? rules.main(.memcgTrigger) : machineTrigger
    step.parts += protectionRules
    step.facts += [
      Lesson.Fact("at_us", at), Lesson.Fact("trigger", scene.trigger.rawValue),
      Lesson.Fact("invoker", scene.invoker?.name),
    ]
    return step
  }

  var whatFailed: String {
    let invoker = scene.invoker.map(numbers.name) ?? "A process outside of the scenario"
    switch scene.trigger {
    case .allocation:
      let writer = scene.invoker.map(numbers.name) ?? "A write to a tmpfs"
      return isMemcg
        ? "\(writer) needs one page more, and \(domain) is at its limit."
        : "\(writer) needs one page more, and there is none to be had."
    case .kernel:
      return "The kernel needs one page more for itself, and "
        + (isMemcg ? "\(domain) is at its limit." : "there is none to be had.")
    case .fork: return "\(invoker) forks, and there is no room for the page tables of the child."
    case .swapoff:
      return
        "\(invoker) runs swapoff: what is in swap has to come back to memory, and does not fit."
    case .limitLowered: return "A limit of \(domain) was set below what it uses."
    case .declared:
      return "No allocation failed: the scenario declares an OOM here and asks who would die."
    case .sysrq: return "No allocation failed: somebody asks for a kill by hand, with SysRq f."
    }
  }

  /// What fills the domain: `anonymous memory 1.7 GiB, kernel 190 MiB`.
  var filling: String {
    parts.filter { $0.2 > 0 }.map { "\($0.1) \(numbers.size($0.2))" }.joined(separator: ", ")
  }

  private var parts: [(String, String, Int64)] {
    let contents = scene.contents
    return [
      ("anon", "anonymous memory", contents.anon), ("locked", "locked memory", contents.locked),
      ("shmem", "shared memory and tmpfs", contents.shmem),
      ("file", "mapped files", contents.file), ("cache", "clean cache", contents.cache),
      ("slab_reclaimable", "reclaimable slab", contents.slabReclaimable),
      ("kernel", "kernel", contents.kernel), ("page_tables", "page tables", contents.pageTables),
      ("zswap", "zswap", contents.zswap), ("zram", "zram", contents.zram),
      ("hugetlb", "huge pages", contents.hugetlb),
    ]
  }

  private func contents(into step: inout Lesson.Step) {
    let contents = scene.contents
    if !filling.isEmpty {
      step.field(scene.nodes == nil ? "filled with" : "machine has", filling)
    }
    for part in parts { step.facts.append(Lesson.Fact(part.0, part.2)) }
    step.field("reclaimable", numbers.pages(contents.reclaimable))
    step.facts.append(Lesson.Fact("reclaimable", contents.reclaimable))
  }

  var whatWasTried: String {
    isByItself
      ? whatIsLeft
      : "Reclaim was tried first: clean cache, then mapped files and reclaimable slab, then swap. "
        + whatIsLeft
  }

  /// No allocation failed, so that nothing was tried.
  private var isByItself: Bool { scene.trigger == .declared || scene.trigger == .sysrq }

  /// What reclaim has left, in a sentence.
  var whatIsLeft: String {
    let contents = scene.contents
    if isByItself {
      return
        "Nothing was tried before: \(numbers.size(contents.reclaimable)) could have been reclaimed."
    }
    var text =
      contents.reclaimable == 0
      ? "Nothing is left that reclaim could take" : "What reclaim can still take does not help"
    let kept = contents.cache &+ contents.file &+ contents.slabReclaimable
    if contents.reclaimable == 0, kept > 0 {
      text += ": \(numbers.size(kept)) of cache and mapped files are protected or lie elsewhere"
    }
    return text + "; " + swapState + "."
  }

  private var swapState: String {
    let limit = scene.limit
    if limit.swapLimit == 0 { return isMemcg ? "the group may not swap" : "there is no swap" }
    if limit.file.hasPrefix("memory.memsw") {
      return
        "the limit is of memory and swap together, and the group uses \(numbers.size(limit.swapUsage)) of swap"
    }
    if scene.contents.isKeptFromSwap {
      return
        "zswap takes no more of the group, and memory.zswap.writeback 0 keeps the rest from swap, of which it uses \(numbers.size(limit.swapUsage))"
    }
    if limit.swapLimit == Cgroup.unlimited {
      return "the group uses \(numbers.size(limit.swapUsage)) of swap, without a limit of its own"
    }
    let state = limit.swapUsage >= limit.swapLimit ? "swap is full" : "swap is not full"
    return "\(state): \(numbers.size(limit.swapUsage)) of \(numbers.size(limit.swapLimit))"
  }

  private var machineTrigger: [Lesson.Part] {
    switch scene.trigger {
    case .sysrq: return rules.whole(.sysrq)
    case .declared: return []
    default:
      let rounds = rules.since("4.7", .trigger)
      return rounds.isEmpty ? rules.main(.trigger) : rounds
    }
  }

  private var protectionRules: [Lesson.Part] {
    let contents = scene.contents
    let isKept = contents.reclaimable == 0 && contents.cache &+ contents.file > 0
    return isKept && scene.trigger == .allocation ? rules.main(.protection) : []
  }

  // MARK: The domain

  func domainStep() -> Lesson.Step {
    var step = Lesson.Step(name: .domain, title: "Why this is an OOM of \(domain)")
    let limit = scene.limit
    step.field("constraint", scene.constraint.rawValue)
    if let cgroup = scene.cgroup { step.field("group", plain(cgroup)) }
    if let nodes = scene.nodes { step.field("nodes", nodes.description) }
    step.field("limit", "\(limit.file): \(numbers.pages(limit.limit))")
    step.field("in use", numbers.pages(limit.usage))
    step.field("free", numbers.pages(limit.free))
    step.field("min mark", numbers.pages(limit.minWatermark))
    step.field("swap limit", numbers.pages(limit.swapLimit))
    step.field("swap used", numbers.pages(limit.swapUsage))
    step.say(whyDomain)
    step.parts += domainRules
    step.facts += [
      Lesson.Fact("constraint", scene.constraint.rawValue), Lesson.Fact("cgroup", scene.cgroup),
      Lesson.Fact("nodes", scene.nodes?.description), Lesson.Fact("file", limit.file),
      Lesson.Fact("limit", limit: limit.limit), Lesson.Fact("usage", limit.usage),
      Lesson.Fact("free", limit.free), Lesson.Fact("min_watermark", limit.minWatermark),
      Lesson.Fact("swap_limit", limit: limit.swapLimit), Lesson.Fact("swap_usage", limit.swapUsage),
    ]
    return step
  }

  private var domainRules: [Lesson.Part] {
    switch scene.constraint {
    case .memcg where scene.trigger == .limitLowered: return rules.whole(.memcgLimit)
    case .memcg:
      return rules.held(.lowestLimit)
    case .cpuset, .memoryPolicy: return rules.whole(.constraint)
    case .none: break
    }
    var parts =
      scene.trigger == .allocation
      ? rules.main(
        .watermarks,
        "Below the min watermark, which vm.min_free_kbytes sets, only what frees memory may go."
      )
      : []
    let isNoSysctl = rules.since("2.6.18", .panicOnOOM).isEmpty
    parts +=
      isNoSysctl
      ? rules.main(.panicOnOOM)
      : rules.since(
        "2.6.18", .panicOnOOM, "vm.panic_on_oom is asked before anybody is looked at.")
    return parts
  }

  var whyDomain: String {
    switch scene.constraint {
    case .memcg:
      return "The limit that says no is that of \(domain). Only processes in this group and in the "
        + "groups below it are looked at, however large others are, and although "
        + "\(numbers.size(scene.limit.free)) of the machine are free."
    case .cpuset:
      return
        "The cpuset of the invoker leaves it \(scene.nodes?.inWords ?? "") only, with nothing left there. "
        + "Memory of other nodes does not help."
    case .memoryPolicy:
      return
        "A memory policy binds the request to \(scene.nodes?.inWords ?? ""), with nothing left there. "
        + "Memory of other nodes does not help."
    case .none:
      if scene.trigger == .declared || scene.trigger == .sysrq {
        return "It is about the whole machine, so everybody is looked at."
      }
      return
        "No limit of a group was in the way: the machine itself has run out. Free pages up to the min "
        + "watermark are kept for what frees memory. Everybody is looked at, in whatever group."
    }
  }

  // MARK: totalpages

  func totalpages() -> Lesson.Step {
    var step = Lesson.Step(
      name: .totalpages, title: "How much a point of oom_score_adj is worth here")
    let arithmetic = scene.arithmetic
    let total = arithmetic.totalpages
    step.facts += [
      Lesson.Fact("totalpages", total), Lesson.Fact("points_per_adj", arithmetic.pointsPerAdj),
    ]
    step.field("totalpages", numbers.pages(total))
    switch arithmetic.unit {
    case .own:
      step.title = "What points are"
      step.field("badness", plain(arithmetic.ownBadness ?? ""))
      step.say(
        "The scenario's own badness decides here, in the place of the release's: what it comes to are the points."
      )
    case .none:
      step.title = "What a step of oom_adj is worth"
      step.say("Nothing here is scaled with it: points have no unit.")
      step.parts += rules.held(.oomAdjShifts)
      return step
    case .pages:
      step.say(sum(total))
      step.field("one point", numbers.pages(arithmetic.pointsPerAdj))
      if arithmetic.pointsPerAdj == 0 {
        step.say(
          "totalpages are below 1000, so a point of oom_score_adj is 0 pages: of all its values only -1000 "
            + "has a meaning here.")
      } else {
        step.say(
          "An oom_score_adj of 100 counts like "
            + "\(numbers.size(arithmetic.pointsPerAdj &* 100)) of memory.")
      }
      step.parts += rules.held(.adjOfTotalpages)
    case .thousandths:
      step.say(sum(total))
      step.field("one point", "\(numbers.pages(total / 1000)), a thousandth of totalpages")
      step.parts += rules.held(.adjOfThousandths)
    }
    step.parts += rules.main(isMemcg ? .memcgTotalpages : .totalpages)
    return step
  }

  private func sum(_ total: Int64) -> String {
    let limit = scene.limit
    if let nodes = scene.nodes { return "The pages of \(nodes.inWords), and all swap." }
    if limit.limit == Cgroup.unlimited {
      return "No limit is set, so it is as much as there can be."
    }
    let swap = total - limit.limit
    let what = isMemcg ? "The limit of the group" : "All memory"
    if swap < 0 {
      return "\(what), \(numbers.pages(limit.limit)), as far as the limit of both goes."
    }
    return "\(what), \(numbers.pages(limit.limit)), and \(numbers.pages(swap)) of swap."
  }
}

extension NodeMask {
  /// `node 0`, or `nodes 0-1`.
  var inWords: String {
    (0..<Self.most).count(where: contains) == 1 ? "node \(description)" : "nodes \(description)"
  }
}
