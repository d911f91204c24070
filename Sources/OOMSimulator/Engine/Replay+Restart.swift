// Processes that come back.

/// A process with a restart policy, over all its lives.
struct Service: Equatable, Sendable {
  /// As it comes back: `count` is written out, and its pid is a new one.
  let process: Scenario.Process
  let policy: RestartPolicy
  let firstStart: Microseconds
  /// What it did at the instant of its first start.
  var actions: [Event.Action] = []
  /// Its living or dying row; nil while it is down.
  var row: Int?
  /// The row of its first life.
  let firstRow: Int
  /// The row of its latest life.
  var lastRow: Int
  var startedAt: Microseconds
  /// How many pauses no long life came after.
  var level = 0
  /// It is of a pod that was evicted: it does not come back, on this node.
  var isEvicted = false
  var limit: StartLimit

  init(
    _ described: Scenario.Process, name: String, policy: RestartPolicy, row: Int,
    at now: Microseconds
  ) {
    var process = described
    process.name = name
    process.pid = 0
    process.count = 1
    process.isDying = false
    // A new process has used no time yet.
    process.legacy.runTime = 0
    process.legacy.cpuTime = 0
    self.process = process
    self.policy = policy
    self.row = row
    firstRow = row
    lastRow = row
    firstStart = now
    startedAt = now
    limit = StartLimit(begin: now)
  }
}

/// All processes with a restart policy, and when each of them is to come back.
struct Restarts: Equatable, Sendable {
  /// A process that is to come back.
  struct Due: Equatable, Sendable {
    var at: Microseconds
    var service: Int
  }

  var services: [Service] = []
  /// By row; the rows of past lives are among them.
  private(set) var serviceOf: [Int: Int] = [:]
  /// By time, then in the order of the services.
  private(set) var pending: [Due] = []
  /// Rows whose process came back in another row.
  private(set) var replaced: Set<Int> = []
  /// The services that died and come back, in order.
  private(set) var deaths: [Int] = []
  var restarts = 0

  init(of table: ProcessTable, names: [String]) {
    if table.restarts.isEmpty { return }
    var row = 0
    for index in 0..<table.count {
      let copies = Int(table.counts[index] ?? 1)
      if let policy = table.restarts[index], policy.policy != .no {
        let process = table[index]
        for copy in row..<row + copies {
          add(process, name: names[copy], policy: policy, row: copy, at: 0)
        }
      }
      row += copies
    }
  }

  mutating func add(
    _ process: Scenario.Process, name: String, policy: RestartPolicy, row: Int, at now: Microseconds
  ) {
    serviceOf[row] = services.count
    services.append(Service(process, name: name, policy: policy, row: row, at: now))
  }

  /// Takes down that a process is gone, and when it comes back.
  mutating func died(_ row: Int, isFailure: Bool, isClean: Bool = false, at now: Microseconds) {
    guard let index = serviceOf[row], services[index].row == row else { return }
    services[index].row = nil
    if services[index].isEvicted { return }
    let policy = services[index].policy
    // For systemd an end by SIGTERM is a clean one, for the kubelet it is an exit code.
    let isFailure = isFailure && !(isClean && policy.backoff == .constant)
    guard policy.restarts(afterFailure: isFailure) else { return }
    if now - services[index].startedAt >= RestartPolicy.resetAfter { services[index].level = 0 }
    let due = Due(at: now + policy.delay(level: services[index].level), service: index)
    services[index].level = policy.level(after: services[index].level)
    deaths.append(index)
    pending.insert(due, at: position(of: due))
  }

  /// None of a group and below it comes back any more.
  mutating func giveUp(below path: String) {
    for index in services.indices {
      let group = services[index].process.cgroup
      if group == path || group.hasPrefix(path + "/") { services[index].isEvicted = true }
    }
    pending.removeAll { services[$0.service].isEvicted }
  }

  private func position(of due: Due) -> Int {
    var (low, high) = (0, pending.count)
    while low < high {
      let middle = low + (high - low) / 2
      if (pending[middle].at, pending[middle].service) < (due.at, due.service) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// Takes out the services that are to come back by now.
  mutating func due(at now: Microseconds) -> [Int] {
    let due = pending.prefix { $0.at <= now }.map { $0.service }
    pending.removeFirst(due.count)
    return due
  }

  mutating func began(_ service: Int, row: Int, at now: Microseconds) {
    serviceOf[row] = service
    replaced.insert(services[service].lastRow)
    services[service].row = row
    services[service].lastRow = row
    services[service].startedAt = now
  }

  /// What decides which processes come back, and when: rows by new numbers, times from now on, and nothing of what
  /// was before.
  func comparable(_ numbers: RowNumbers, at now: Microseconds) -> Restarts {
    var restarts = self
    restarts.services = services.map { $0.comparable(numbers, at: now) }
    restarts.pending = pending.map { Due(at: $0.at - now, service: $0.service) }
    (restarts.serviceOf, restarts.replaced) = ([:], [])
    (restarts.deaths, restarts.restarts) = ([], 0)
    return restarts
  }
}

extension Service {
  fileprivate func comparable(_ numbers: RowNumbers, at now: Microseconds) -> Service {
    var service = self
    service.row = row.map { numbers[$0] }
    service.lastRow = 0
    // How long it has lived matters as far as it makes the pauses short again.
    let counts = level > 0 && row != nil
    service.startedAt = counts ? max(startedAt - now, .zero - RestartPolicy.resetAfter) : 0
    let isOver = policy.burst == nil || limit.isOver(at: now, policy)
    service.limit = isOver ? StartLimit(begin: Microseconds(.min)) : limit
    if !isOver { service.limit.begin -= now }
    return service
  }
}

extension Replay {
  /// Takes down the end of processes that may come back.
  mutating func died(_ rows: [Int], isFailure: Bool, isClean: Bool = false) {
    if state.restarts.services.isEmpty { return }
    for row in rows {
      state.restarts.died(row, isFailure: isFailure, isClean: isClean, at: now)
    }
  }

  /// Brings back everybody whose pause is over, in process order.
  mutating func restartDue() {
    if state.restarts.pending.isEmpty { return }
    for service in state.restarts.due(at: now) where !record.hasPanicked && !isExhausted() {
      state.ledger.effort.add(200)
      restart(service)
      goOn()
      show()
    }
  }

  private mutating func restart(_ index: Int) {
    let service = state.restarts.services[index]
    let name = service.process.name
    guard state.restarts.services[index].limit.admits(at: now, service.policy) else {
      warn(
        .startLimitHit(
          process: name, starts: Int(service.policy.burst ?? 0),
          interval: service.policy.startInterval))
      return
    }
    state.restarts.restarts += 1
    if state.restarts.restarts > mostRestarts {
      abandon(after: .restarts(mostRestarts))
      return
    }
    endForcedCharges()
    start(service.process, name: name, service: index)
    for action in service.actions where !record.hasPanicked {
      guard let row = state.restarts.services[index].row, state.tasks.isAlive(row) else { return }
      act(action, row: row)
    }
  }

  /// Keeps what a process does at the instant of its first start: it does so at each.
  mutating func noteStart(_ action: Event.Action, row: Int) {
    guard let index = state.restarts.serviceOf[row],
      state.restarts.services[index].firstStart == now
    else {
      return
    }
    state.restarts.services[index].actions.append(action)
  }

  /// Gives up on a run that neither settles nor repeats itself.
  mutating func abandon(after bound: Warning.Bound) {
    if isAbandoned { return }
    isAbandoned = true
    warn(.stopped(after: bound))
  }

  /// How long restarts are followed after the last event: 400 days.
  static let longestTail = Microseconds.seconds(400 * 86_400)
}
