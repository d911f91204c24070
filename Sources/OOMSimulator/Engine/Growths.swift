/// The growths in progress, in the order in which they act at one instant.
///
/// Finding one, adding one and taking one out cost no more when many are in progress: the list is never searched
/// from its beginning, and those that are gone are swept out when they are half of it.
struct Growths: Equatable, Sendable {
  /// By order, which only rises; some of them gone.
  private var list: [Growth] = []
  private var goneCount = 0
  /// Where each growth stands in the list, by its order.
  private var places: [Int32] = []
  /// Orders of the growths of each address space, by the row that has its sizes: the first, and the others.
  private var firstOf: [Int32] = []
  private var othersOf: [Int: [Int]] = [:]
  /// Orders of those that are stopped, rising.
  private(set) var stopped: [Int] = []
  /// Orders of those that are slowed above `memory.high`, rising.
  private(set) var slowed: [Int] = []
  /// Orders of those whose pages depend on when they are taken, rising.
  private(set) var entangled: [Int] = []
  private var ends = EarliestFirst()
  /// How many of them take what more than the limits decides: `Growth.isBounded`.
  private(set) var boundedCount = 0

  var count: Int { list.count - goneCount }

  /// All of them, by order.
  var all: [Growth] { goneCount == 0 ? list : list.filter { !$0.isGone } }

  /// The same without a copy of them.
  var living: LazyFilterSequence<[Growth]> { list.lazy.filter { !$0.isGone } }

  var orders: [Int] { all.map { $0.order } }

  /// Orders of those that act: what gives back comes first, then growth; what is stopped is left out.
  var applicationOrder: [Int] {
    var orders: [Int] = []
    orders.reserveCapacity(count)
    func add(shrinks: Bool) {
      for index in list.indices
      where list[index].isShrink == shrinks && list[index].stop == nil && !list[index].isGone {
        orders.append(list[index].order)
      }
    }
    add(shrinks: true)
    add(shrinks: false)
    return orders
  }

  /// When the first one ends that is not stopped; nil when none does.
  var nextEnd: Microseconds? {
    mutating get {
      while let first = ends.first {
        // What is stopped, is gone or was put off leaves its old end behind.
        if let index = index(of: first.number), list[index].stop == nil,
          list[index].end == first.at
        {
          return first.at
        }
        ends.removeFirst()
      }
      return nil
    }
  }

  subscript(order: Int) -> Growth? {
    guard let index = index(of: order) else { return nil }
    return list[index]
  }

  /// Something about one, without a copy of it.
  func look<Value>(_ order: Int, _ body: (Growth) -> Value) -> Value? {
    guard let index = index(of: order) else { return nil }
    return body(list[index])
  }

  /// How many growths of an address space are in progress.
  func count(of owner: Int) -> Int {
    guard owner < firstOf.count, firstOf[owner] >= 0 else { return 0 }
    return othersOf.isEmpty ? 1 : 1 + (othersOf[owner]?.count ?? 0)
  }

  /// Their orders.
  func orders(of owner: Int) -> [Int] {
    guard owner < firstOf.count, firstOf[owner] >= 0 else { return [] }
    return [Int(firstOf[owner])] + (othersOf[owner] ?? [])
  }

  private mutating func note(_ order: Int, of owner: Int) {
    while firstOf.count <= owner { firstOf.append(-1) }
    if firstOf[owner] < 0 {
      firstOf[owner] = Int32(order)
    } else {
      othersOf[owner, default: []].append(order)
    }
  }

  private mutating func forget(_ order: Int, of owner: Int) {
    var others = othersOf.isEmpty ? [] : othersOf.removeValue(forKey: owner) ?? []
    if Int(firstOf[owner]) == order {
      firstOf[owner] = others.isEmpty ? -1 : Int32(others.removeFirst())
    } else {
      others.removeAll { $0 == order }
    }
    if !others.isEmpty { othersOf[owner] = others }
  }

  /// The place of one that is not gone.
  private func index(of order: Int) -> Int? {
    let index = Int(places[order])
    return index >= 0 && !list[index].isGone ? index : nil
  }

  /// - Returns: its order.
  mutating func add(_ growth: Growth) -> Int {
    var growth = growth
    growth.order = places.count
    places.append(Int32(list.count))
    list.append(growth)
    if let owner = growth.owner { note(growth.order, of: owner) }
    if growth.isEntangled { entangled.append(growth.order) }
    if growth.isBounded { boundedCount += 1 }
    ends.insert(growth.end, growth.order)
    return growth.order
  }

  /// Changes one, but neither its order nor its address space.
  mutating func change(_ order: Int, _ body: (inout Growth) -> Void) {
    guard let index = index(of: order) else { return }
    let (wasStopped, wasEntangled) = (list[index].stop != nil, list[index].isEntangled)
    let wasSlowed = list[index].isAboveHigh
    let end = list[index].end
    body(&list[index])
    let isStopped = list[index].stop != nil
    if wasStopped != isStopped { Self.note(order, isStopped, in: &stopped) }
    if wasEntangled != list[index].isEntangled {
      Self.note(order, !wasEntangled, in: &entangled)
    }
    if wasSlowed != list[index].isAboveHigh { Self.note(order, !wasSlowed, in: &slowed) }
    if end != list[index].end || (wasStopped && !isStopped) {
      ends.insert(list[index].end, order)
    }
  }

  /// Sends one on its next stretch.
  mutating func begin(_ stretch: Growth.Stretch, _ order: Int) {
    change(order) { $0.stretch = stretch }
    // It may end when the one before it did.
    ends.insert(stretch.start + stretch.duration, order)
  }

  mutating func remove(_ order: Int) {
    guard let index = index(of: order) else { return }
    list[index].isGone = true
    goneCount += 1
    if list[index].isBounded { boundedCount -= 1 }
    if let owner = list[index].owner { forget(order, of: owner) }
    if list[index].stop != nil { Self.note(order, false, in: &stopped) }
    if list[index].isEntangled { Self.note(order, false, in: &entangled) }
    if list[index].isAboveHigh { Self.note(order, false, in: &slowed) }
    if goneCount * 2 > list.count { sweep() }
  }

  private mutating func sweep() {
    for growth in list where growth.isGone { places[growth.order] = -1 }
    list.removeAll { $0.isGone }
    goneCount = 0
    for (index, growth) in list.enumerated() { places[growth.order] = Int32(index) }
  }

  /// The order of the first that ends by an instant and is not stopped, each once.
  mutating func takeEnded(by time: Microseconds) -> Int? {
    guard let end = nextEnd, end <= time, let first = ends.first else { return nil }
    ends.removeFirst()
    return first.number
  }

  /// Puts an order into a rising list, or takes it out.
  private static func note(_ order: Int, _ isIn: Bool, in list: inout [Int]) {
    if isIn {
      list.insert(order, at: list.firstIndex { $0 > order } ?? list.count)
    } else {
      list.removeAll { $0 == order }
    }
  }

  static func == (one: Self, other: Self) -> Bool { one.all == other.all }
}

/// Numbers, each with a time; the earliest first, of equal times the lowest number.
struct EarliestFirst: Equatable, Sendable {
  struct Entry: Equatable, Sendable {
    var at: Microseconds
    var number: Int

    static func < (one: Self, other: Self) -> Bool {
      (one.at, one.number) < (other.at, other.number)
    }
  }

  /// A binary heap: no entry is before the one at half its place.
  private var heap: [Entry] = []

  var first: Entry? { heap.first }

  mutating func insert(_ at: Microseconds, _ number: Int) {
    heap.append(Entry(at: at, number: number))
    var place = heap.count - 1
    while place > 0, heap[place] < heap[(place - 1) / 2] {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var place = 0
    while true {
      var least = place
      let (left, right) = (2 * place + 1, 2 * place + 2)
      if left < heap.count, heap[left] < heap[least] { least = left }
      if right < heap.count, heap[right] < heap[least] { least = right }
      if least == place { return }
      heap.swapAt(least, place)
      place = least
    }
  }
}
