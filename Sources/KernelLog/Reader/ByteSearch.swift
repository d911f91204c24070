#if !canImport(Glibc)
  // A search through bytes, which a machine without a C library lacks.

  /// The first of some bytes that is the given one. C: `memchr()`.
  @unsafe
  func memchr(
    _ bytes: UnsafeRawPointer, _ wanted: Int32, _ count: Int
  ) -> UnsafeMutableRawPointer? {
    let wanted = UInt8(truncatingIfNeeded: wanted)
    for place in 0..<count where unsafe bytes.load(fromByteOffset: place, as: UInt8.self) == wanted
    {
      return unsafe UnsafeMutableRawPointer(mutating: bytes + place)
    }
    return nil
  }

  /// 0 where two runs of bytes are equal. C: `memcmp()`.
  @unsafe
  func memcmp(_ one: UnsafeRawPointer, _ other: UnsafeRawPointer, _ count: Int) -> Int32 {
    for place in 0..<count {
      let left = unsafe one.load(fromByteOffset: place, as: UInt8.self)
      let right = unsafe other.load(fromByteOffset: place, as: UInt8.self)
      if left != right { return Int32(left) - Int32(right) }
    }
    return 0
  }
#endif
