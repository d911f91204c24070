import Testing

@testable import OOMSimulator

// The vectors of overcommit.

extension RuleVectorTests {
  private func state(_ vector: Vector) -> OvercommitState {
    let state = vector["state"]
    let rules = RulesByRelease.rules(of: KernelRelease(stringLiteral: vector.text("ruleset")))
    var result = OvercommitState(
      mode: Sysctl.OvercommitMemory(rawValue: state.number("mode") ?? 0) ?? .heuristic,
      limit: limit(state), committed: state.number("committed") ?? 0,
      isAdmin: state.flag("admin"),
      adminReserve: (state.number("admin_kb") ?? 8192) / 4,
      userReserve: (state.number("user_kb") ?? 131_072) / 4,
      totalVM: state.number("total_vm"))
    result.rule = rules.overcommit
    result.rule.word = Self.word(vector)
    result.memory.free = state.number("free") ?? 0
    result.memory.file = state.number("file") ?? 0
    result.memory.shmem = state.number("shmem") ?? 0
    result.memory.freeSwap = state.number("nr_swap") ?? 0
    // Other reclaimable kernel memory counts like slab; scenarios know only slab.
    result.memory.slabReclaimable =
      (state.number("slab_r") ?? 0) + (state.number("kmisc_r") ?? 0)
    result.memory.totalReserve = state.number("reserve") ?? 0
    return result
  }

  private func limit(_ state: Vector) -> CommitLimitInputs {
    CommitLimitInputs(
      totalram: state.number("totalram") ?? 0, hugetlb: state.number("hugetlb") ?? 0,
      totalSwap: state.number("total_swap") ?? 0,
      overcommitRatio: state.number("overcommit_ratio") ?? 50,
      overcommitKbytes: Kibibytes(state.number("overcommit_kbytes") ?? 0))
  }

  @Test("__vm_enough_memory() of every release: mm/util.c, mm/mmap.c, security/commoncap.c")
  func enoughMemory() throws {
    let vectors = try Self.vectors("overcommit.json", "vectors").filter {
      $0.text("kind") == "enough_memory"
    }
    #expect(vectors.count >= 25)
    for vector in vectors {
      let isAdmitted = vmEnoughMemory(
        pages: vector.number("request_pages") ?? 0, state(vector))
      #expect(isAdmitted == vector["expect"].flag("ok"), vector.id)
    }
  }

  @Test("a fork asks for each mapping in turn: dup_mmap(), kernel/fork.c")
  func fork() throws {
    let vectors = try Self.vectors("overcommit.json", "vectors").filter {
      $0.text("kind") == "fork"
    }
    #expect(!vectors.isEmpty)
    for vector in vectors {
      var state = state(vector)
      let before = state.committed
      var isAdmitted = true
      for pages in vector.values["accounted_vma_pages"] as? [Int64] ?? [] where isAdmitted {
        isAdmitted = vmEnoughMemory(pages: pages, state)
        if isAdmitted { state.committed += pages }
      }
      #expect(isAdmitted == vector["expect"].flag("ok"), vector.id)
      let after = isAdmitted ? state.committed : before
      #expect(after == vector["expect"].number("committed_after"), vector.id)
    }
  }

  @Test("how far counters that each CPU keeps can be off: lib/percpu_counter.c")
  func batches() throws {
    for vector in try Self.vectors("overcommit.json", "vectors") {
      let cpus = vector.number("cpus") ?? 1
      let expected = vector["expect"]
      switch vector.text("kind") {
      case "rss_percpu_batch":
        #expect(rssBatch(cpus: cpus) == expected.number("batch_pages"), vector.id)
        #expect(
          percpuError(cpus: cpus, batch: rssBatch(cpus: cpus))
            == expected.number("max_error_pages_per_counter"), vector.id)
      case "committed_as_batch":
        let batch = committedBatch(
          totalram: vector.number("totalram") ?? 0, cpus: cpus,
          isStrict: vector.number("mode") == 2, dependsOnMode: vector.text("versions") == "5.9+")
        #expect(batch == expected.number("batch_pages"), vector.id)
        #expect(
          percpuError(cpus: cpus, batch: batch) == expected.number("max_error_pages"), vector.id)
      default: break
      }
    }
  }

  @Test("vm_commit_limit(): mm/util.c")
  func commitLimit() throws {
    for vector in try Self.vectors("overcommit.json", "vectors")
    where vector.text("kind") == "commit_limit" {
      #expect(
        vmCommitLimit(limit(vector["state"])) == vector["expect"].number("pages"), vector.id)
    }
  }

  @Test("init_user_reserve() and init_admin_reserve(): mm/mmap.c")
  func reserves() throws {
    for vector in try Self.vectors("overcommit.json", "vectors")
    where vector.text("kind") == "reserves" {
      let free = Kibibytes(vector.number("free_kb_at_boot") ?? 0)
      let expected = vector["expect"]
      #expect(
        defaultUserReserveKbytes(freeAtBoot: free).rawValue
          == expected.number("user_reserve_kbytes"),
        vector.id)
      #expect(
        defaultAdminReserveKbytes(freeAtBoot: free).rawValue
          == expected.number("admin_reserve_kbytes"),
        vector.id)
    }
  }

  @Test("what a mapping charges: accountable_mapping(), mm/mmap.c; shmem_acct_size(), mm/shmem.c")
  func accountedPages() throws {
    let kinds: [String: Event.MappingKind] = ["private_anon": .private, "shared_anon": .shared]
    for vector in try Self.vectors("overcommit.json", "vectors")
    where vector.text("kind") == "accounted_pages" {
      let mapping = vector["mapping"]
      guard var kind = kinds[mapping.text("kind")], !mapping.flag("hugetlb") else { continue }
      let mode = Sysctl.OvercommitMemory(rawValue: mapping.number("mode") ?? 0) ?? .heuristic
      if kind == .private, !mapping.flag("write") { kind = .readOnly }
      if mapping.flag("norese") { kind = .noReserve }
      var scenario = Scenario()
      scenario.machine.memory = 1 << 30
      scenario.sysctl.overcommitMemory = mode
      var process = Scenario.Process()
      process.name = "task"
      scenario.processes.append(process)
      var world = State(of: scenario)
      let before = world.committed
      let isAdmitted = world.map(mapping.number("pages") ?? 0, kind, row: 0)
      #expect(isAdmitted, vector.id)
      #expect(world.committed - before == vector["expect"].number("pages"), vector.id)
    }
  }
}
