// What the compiler and Swift's runtime expect of a C library, for a machine that has none: memory, and what fills it.

#include <stddef.h>
#include <stdint.h>

extern unsigned char __heap_base;

// An allocator of size classes: four for each power of two, and a list of free blocks for each class. A block has its class in
// the 16 bytes before it, so that it is found again when it is freed. Blocks of a class are used again for that class only.

enum { HEADER = 16, CLASSES = 112, PAGE = 65536 };

typedef struct Block {
  uint32_t class;
  uint32_t offset; // from what was asked for back to the block, where the alignment is larger
  struct Block *next;
  uint32_t unused;
} Block;

static Block *freeBlocks[CLASSES];
static uintptr_t heapEnd;
static uintptr_t heapLimit;
static size_t inUse;

static size_t sizeOf(uint32_t class) {
  return (size_t)(4 + (class & 3)) << (2 + (class >> 2));
}

static uint32_t classOf(size_t size) {
  if (size < 16) size = 16;
  uint32_t shift = 31 - (uint32_t)__builtin_clzl((unsigned long)size);
  uint32_t class = (shift - 4) << 2 | ((size >> (shift - 2)) & 3);
  return sizeOf(class) < size ? class + 1 : class;
}

void *malloc(size_t size) {
  if (size > 0x40000000) __builtin_trap();
  uint32_t class = classOf(size);
  Block *block = freeBlocks[class];
  if (block) {
    freeBlocks[class] = block->next;
  } else {
    if (heapEnd == 0) {
      heapEnd = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
      heapLimit = __builtin_wasm_memory_size(0) * PAGE;
    }
    size_t wanted = HEADER + ((sizeOf(class) + 15) & ~(size_t)15);
    if (heapLimit - heapEnd < wanted) {
      size_t pages = (wanted - (heapLimit - heapEnd) + PAGE - 1) / PAGE;
      // A page at a time would be slow: at least an eighth of what there is.
      size_t more = heapLimit / PAGE / 8;
      if (pages > more || __builtin_wasm_memory_grow(0, more) == (size_t)-1) {
        if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) __builtin_trap();
      }
      heapLimit = __builtin_wasm_memory_size(0) * PAGE;
    }
    block = (Block *)heapEnd;
    heapEnd += wanted;
  }
  block->class = class;
  block->offset = 0;
  inUse += sizeOf(class);
  return (char *)block + HEADER;
}

void free(void *pointer) {
  if (!pointer) return;
  Block *block = (Block *)((char *)pointer - HEADER);
  if (block->offset) block = (Block *)((char *)block - block->offset);
  inUse -= sizeOf(block->class);
  block->next = freeBlocks[block->class];
  freeBlocks[block->class] = block;
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  if (alignment <= 16) {
    *result = malloc(size);
    return 0;
  }
  char *whole = malloc(size + alignment);
  char *aligned = (char *)(((uintptr_t)whole + alignment - 1) & ~(uintptr_t)(alignment - 1));
  if (aligned != whole) ((Block *)(aligned - HEADER))->offset = (uint32_t)(aligned - whole);
  *result = aligned;
  return 0;
}

// Bytes that are in use, for the test that calls leave nothing behind.
__attribute__((export_name("oomsim_in_use"))) size_t oomsim_in_use(void) { return inUse; }

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  __builtin_memcpy(to, from, count); // memory.copy
  return to;
}

void *memmove(void *to, const void *from, size_t count) {
  __builtin_memmove(to, from, count);
  return to;
}

void *memset(void *to, int byte, size_t count) {
  __builtin_memset(to, byte, count);
  return to;
}

int memcmp(const void *one, const void *other, size_t count) {
  const unsigned char *a = one, *b = other;
  for (size_t i = 0; i < count; i++)
    if (a[i] != b[i]) return a[i] - b[i];
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

// Hash seeds: the same on every machine, as nothing may depend on them.
void arc4random_buf(void *to, size_t count) { memset(to, 42, count); }

int putchar(int byte) { return byte; }

// Arithmetic of 128 bits, which the machine has not.

typedef __int128 int128;
typedef unsigned __int128 uint128;
typedef union {
  uint128 all;
  struct {
    uint64_t low, high;
  } half;
} Halves;

int128 __multi3(int128 left, int128 right) {
  Halves a = {.all = (uint128)left}, b = {.all = (uint128)right}, result;
  uint64_t mask = 0xffffffff;
  uint64_t low = (a.half.low & mask) * (b.half.low & mask);
  uint64_t cross = (low >> 32) + (a.half.low >> 32) * (b.half.low & mask);
  uint64_t other = (cross & mask) + (b.half.low >> 32) * (a.half.low & mask);
  result.half.low = (other << 32) | (low & mask);
  result.half.high = (a.half.low >> 32) * (b.half.low >> 32) + (cross >> 32) + (other >> 32) +
                     a.half.high * b.half.low + a.half.low * b.half.high;
  return (int128)result.all;
}

// Bit by bit, unless both fit into 64 bits, as they mostly do.
static uint128 divide(uint128 number, uint128 by, uint128 *rest) {
  Halves a = {.all = number}, b = {.all = by}, quotient = {.all = 0};
  if (by == 0) __builtin_trap();
  if (a.half.high == 0 && b.half.high == 0) {
    quotient.half.low = a.half.low / b.half.low;
    *rest = a.half.low % b.half.low;
    return quotient.all;
  }
  uint128 remainder = 0, result = 0;
  for (int bit = 127; bit >= 0; bit--) {
    int carry = (int)(remainder >> 127);
    remainder = remainder << 1 | ((number >> bit) & 1);
    if (carry || remainder >= by) {
      remainder -= by;
      result |= (uint128)1 << bit;
    }
  }
  *rest = remainder;
  return result;
}

uint128 __udivti3(uint128 left, uint128 right) {
  uint128 rest;
  return divide(left, right, &rest);
}

uint128 __umodti3(uint128 left, uint128 right) {
  uint128 rest;
  divide(left, right, &rest);
  return rest;
}

static uint128 magnitude(int128 number) { return number < 0 ? -(uint128)number : (uint128)number; }

int128 __divti3(int128 left, int128 right) {
  uint128 rest, result = divide(magnitude(left), magnitude(right), &rest);
  return (left < 0) != (right < 0) ? (int128)-result : (int128)result;
}

int128 __modti3(int128 left, int128 right) {
  uint128 rest;
  divide(magnitude(left), magnitude(right), &rest);
  return left < 0 ? (int128)-rest : (int128)rest;
}

uint128 __lshrti3(uint128 number, int by) {
  Halves a = {.all = number}, result;
  if (by == 0) return number;
  result.half.high = by >= 64 ? 0 : a.half.high >> by;
  result.half.low =
      by >= 64 ? a.half.high >> (by - 64) : a.half.low >> by | a.half.high << (64 - by);
  return result.all;
}

int128 __ashrti3(int128 number, int by) {
  Halves a = {.all = (uint128)number}, result;
  if (by == 0) return number;
  uint64_t sign = (uint64_t)((int64_t)a.half.high >> 63);
  result.half.high = by >= 64 ? sign : (uint64_t)((int64_t)a.half.high >> by);
  result.half.low = by >= 64 ? (uint64_t)((int64_t)a.half.high >> (by - 64))
                             : a.half.low >> by | a.half.high << (64 - by);
  return (int128)result.all;
}

int128 __ashlti3(int128 number, int by) {
  Halves a = {.all = (uint128)number}, result;
  if (by == 0) return number;
  result.half.low = by >= 64 ? 0 : a.half.low << by;
  result.half.high =
      by >= 64 ? a.half.low << (by - 64) : a.half.high << by | a.half.low >> (64 - by);
  return (int128)result.all;
}

// What a function that protects its stack frame looks at.
uintptr_t __stack_chk_guard = 0x6f6f6d73;

void __stack_chk_fail(void) { __builtin_trap(); }
