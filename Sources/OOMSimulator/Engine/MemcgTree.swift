/// The memory cgroups of a run, numbered parents first and children in creation order: a group's
/// descendants are the numbers after it, up to `ends`.
///
/// Every group that the scenario names anywhere exists from the start. The order of siblings is that
/// in which the process list, then the events, then the sorted `cgroups` name them first.
///
/// Kernel: `mem_cgroup_iter()` walks in this order, mm/memcontrol.c.
struct MemcgTree: Equatable, Sendable {
  static let root = 0

  var paths: [String] = []
  var parents: [Int] = []
  /// One past the last descendant.
  var ends: [Int] = []
  var settings: [Cgroup] = []
  /// Position in the order in which the groups were made. Kernel: `css_id()`.
  var creation: [Int] = []
  /// Rows of the processes in each group, in the order in which they joined; the dead are among them.
  var members: [[Int32]] = []
  private var numbers: [String: Int] = [:]
  /// Whether charges of the groups below count in a group, too. File: `memory.use_hierarchy`.
  private var isHierarchical: [Bool] = []
  private var hasChildren: [Bool] = []

  init(of scenario: Scenario, rules: Rules) {
    var nodes: [Node] = [Node(path: "/")]
    var index = ["/": 0]
    for path in scenario.processes.cgroupPaths { Self.add(path, to: &nodes, &index) }
    for (_, threads) in scenario.processes.threads.sorted(by: { $0.key < $1.key }) {
      guard case .inGroups(let paths) = threads else { continue }
      for path in paths { Self.add(path, to: &nodes, &index) }
    }
    for event in scenario.events {
      if let path = event.action.cgroup { Self.add(path, to: &nodes, &index) }
    }
    for path in scenario.cgroups.keys.sorted() { Self.add(path, to: &nodes, &index) }
    number(nodes, parent: -1, node: 0)
    for (path, settings) in scenario.cgroups {
      if let group = numbers[path] { self.settings[group] = settings }
    }
    hasChildren = ends.indices.map { ends[$0] > $0 + 1 }
    isHierarchical = [Bool](repeating: true, count: count)
    if scenario.cgroupVersion == 1, !rules.memcg.isAlwaysHierarchical { separate() }
  }

  /// Takes groups of version 1 apart where `memory.use_hierarchy` is 0: their charges count in the machine
  /// only, and an OOM of theirs looks at nobody below them. A group below one with 1 has 1, too.
  private mutating func separate() {
    let parents = parents
    for group in 0..<count {
      let parent = parents[group]
      isHierarchical[group] =
        settings[group].useHierarchy == true || (parent > 0 && isHierarchical[parent])
      if group == Self.root { continue }
      if !isHierarchical[parent] { self.parents[group] = Self.root }
      if !isHierarchical[group] { ends[group] = group + 1 }
    }
  }

  /// Writes `memory.use_hierarchy`, which only a group without groups below takes, and none below a group with 1: so
  /// the tree stays as it is.
  ///
  /// - Returns: why the write is refused, nil where it is not.
  ///
  /// Kernel: `mem_cgroup_hierarchy_write()`, mm/memcontrol.c.
  mutating func setUseHierarchy(_ value: Bool, of group: Int) -> RefusedWrite? {
    if value == isHierarchical[group] { return nil }
    // A group whose parent has 0 hangs from the root.
    if group != Self.root, isHierarchical[parents[group]] { return .invalid }
    if hasChildren[group] { return .busy }
    isHierarchical[group] = value
    return nil
  }

  var count: Int { paths.count }

  func number(of path: String) -> Int? { numbers[path] }

  /// Whether `group` is `ancestor` or below it.
  func contains(_ group: Int, in ancestor: Int) -> Bool {
    group >= ancestor && group < ends[ancestor]
  }

  func descendants(of group: Int) -> Range<Int> { group..<ends[group] }

  /// A group and all that are below it by path, whether or not their charges count in it.
  func subtree(of group: Int) -> Range<Int> {
    if group == Self.root { return 0..<count }
    let prefix = paths[group] + "/"
    var end = group + 1
    while end < count, paths[end].hasPrefix(prefix) { end += 1 }
    return group..<end
  }

  /// The groups directly below one, where all charges count upwards.
  func children(of group: Int) -> [Int] {
    var children: [Int] = []
    var child = group + 1
    while child < ends[group] {
      children.append(child)
      child = ends[child]
    }
    return children
  }

  /// The groups that patterns name, by path.
  func groups(of patterns: [Oomd.CgroupPattern]) -> [Int] {
    let found = paths.indices.filter { group in
      patterns.contains { $0.matches(paths[group]) }
    }
    return found.sorted { paths[$0].utf8.lexicographicallyPrecedes(paths[$1].utf8) }
  }

  /// The groups from `group` up to and including `top`.
  func path(from group: Int, to top: Int = root) -> [Int] {
    var path = [group]
    var at = group
    while at != top, parents[at] >= 0 {
      at = parents[at]
      path.append(at)
    }
    return path
  }

  /// Why a write to a file of a group is refused.
  enum RefusedWrite {
    /// EBUSY
    case busy
    /// EINVAL
    case invalid
  }

  private struct Node {
    var path: String
    var children: [Int] = []
  }

  private static func add(_ path: String, to nodes: inout [Node], _ index: inout [String: Int]) {
    if index[path] != nil { return }
    var at = 0
    var prefix = ""
    for part in path.split(separator: "/") {
      prefix += "/" + part
      if let known = index[prefix] {
        at = known
        continue
      }
      nodes.append(Node(path: prefix))
      let child = nodes.count - 1
      index[prefix] = child
      nodes[at].children.append(child)
      at = child
    }
  }

  /// Numbers in preorder with a stack of its own: paths can be nested as deep as the input likes.
  private mutating func number(_ nodes: [Node], parent: Int, node: Int) {
    var stack = [(node: node, parent: parent, isDone: false)]
    while let top = stack.popLast() {
      if top.isDone {
        ends[top.node] = paths.count
        continue
      }
      let mine = paths.count
      paths.append(nodes[top.node].path)
      parents.append(top.parent)
      ends.append(mine + 1)
      settings.append(Cgroup())
      creation.append(top.node)
      members.append([])
      numbers[nodes[top.node].path] = mine
      stack.append((mine, 0, true))
      for child in nodes[top.node].children.reversed() {
        stack.append((child, mine, false))
      }
    }
  }
}
