/// One swap device of a machine. Of several, the first in the list is filled first.
public struct SwapDevice: Equatable, Sendable {
  /// What a device is.
  public enum Kind: String, CaseIterable, Sendable {
    /// A partition or a file: takes no memory.
    case disk
    /// Compressed in memory: what it stores takes memory itself. Kernel: drivers/block/zram.
    case zram
  }

  /// Pages that can be stored.
  package var size: Int64
  package var kind: Kind
  /// How much smaller pages become in a zram, in thousandths: 3000 stores three pages in one. At least 1000.
  package var ratio: Int64
  /// How long one page takes to be read back; nil is what is usual for its kind.
  package var latency: Microseconds?
  /// The longest that a latency may be.
  package static let longestLatency = Microseconds.seconds(10)
  package static let latencyComplaint = "a latency is 10s at most"

  /// A device for `size` pages.
  ///
  /// - Parameters:
  ///   - size: pages that can be stored, 0 or more.
  ///   - kind: what it is.
  ///   - ratio: how much smaller pages become in a zram, in thousandths, from 1000 to 100000.
  public init(size: Int64, kind: Kind = .disk, ratio: Int64 = 3000) {
    self.size = size
    self.kind = kind
    self.ratio = ratio
  }
}

/// Memory that zram devices take for a number of stored pages, rounded up device by device.
///
/// Modelled: every page shrinks alike, and the space between the pools' objects counts in the ratio.
/// File: `mem_used_total` in /sys/block/zram0/mm_stat.
func zramPages(stored: Int64, _ devices: [SwapDevice]) -> Int64 {
  var (left, pages): (Int64, Int64) = (stored, 0)
  for device in devices where left > 0 {
    let here = min(left, device.size)
    left -= here
    if device.kind == .disk { continue }
    pages += compressedPages(here, ratio: device.ratio)
  }
  return pages
}

/// What pages take that are compressed, rounded up.
///
/// - Parameter ratio: how much smaller they become, in thousandths.
package func compressedPages(_ pages: Int64, ratio: Int64) -> Int64 {
  let (whole, rest) = pages.quotientAndRemainder(dividingBy: ratio)
  return whole * 1000 + (rest * 1000 + ratio - 1) / ratio
}

extension Machine {
  /// Adds swap on a disk, or takes the last devices away.
  mutating func setSwap(_ pages: Int64) {
    var excess = swap - pages
    swap = pages
    if swapDevices.isEmpty { return }
    if excess < 0 { swapDevices.append(SwapDevice(size: -excess)) }
    while excess > 0, let last = swapDevices.last {
      let taken = min(excess, last.size)
      excess -= taken
      swapDevices[swapDevices.count - 1].size -= taken
      if swapDevices[swapDevices.count - 1].size == 0 { swapDevices.removeLast() }
    }
  }
}
