// Unpacks what `xz --format=lzma` has packed: a module of its own, which a page starts first to unpack the engine with. The
// form is that of the LZMA specification: a range coder whose probabilities follow what they have seen.
//
// The caller puts the packed bytes behind `unpack_room(packed, unpacked)`, and finds the unpacked ones where `unpack` says.

#include <stdint.h>

extern unsigned char __heap_base;

enum { PAGE = 65536, HEADER = 13, STATES = 12, LITERALS = 0x300 };

typedef uint16_t Probability;

// The lengths of matches: short ones by position, then long ones.
typedef struct {
  Probability isLonger, isLongest;
  Probability low[16][8], middle[16][8], high[256];
} Lengths;

static struct {
  Probability isMatch[STATES][16], isRepeated[STATES], isNotFirst[STATES], isNotSecond[STATES], isNotThird[STATES],
      isLong[STATES][16];
  Probability slot[4][64], special[128], align[16];
  Lengths match, repeated;
  Probability literal[LITERALS << 4];
} probabilities;

static const uint8_t *next, *end;
static uint32_t range, code;

static uint8_t byte(void) { return next < end ? *next++ : 0; }

static void normalize(void) {
  if (range >> 24) return;
  range <<= 8;
  code = code << 8 | byte();
}

static uint32_t bit(Probability *probability) {
  uint32_t bound = (range >> 11) * *probability;
  uint32_t value = code >= bound;
  if (value) {
    range -= bound;
    code -= bound;
    *probability -= *probability >> 5;
  } else {
    range = bound;
    *probability += (2048 - *probability) >> 5;
  }
  normalize();
  return value;
}

static uint32_t tree(Probability *at, uint32_t bits) {
  uint32_t value = 1;
  for (uint32_t i = 0; i < bits; i++) value = value << 1 | bit(at + value);
  return value - (1u << bits);
}

static uint32_t reversed(Probability *at, uint32_t bits) {
  uint32_t node = 1, value = 0;
  for (uint32_t i = 0; i < bits; i++) {
    uint32_t one = bit(at + node);
    node = node << 1 | one;
    value |= one << i;
  }
  return value;
}

static uint32_t length(Lengths *lengths, uint32_t position) {
  if (!bit(&lengths->isLonger)) return 2 + tree(lengths->low[position], 3);
  if (!bit(&lengths->isLongest)) return 10 + tree(lengths->middle[position], 3);
  return 18 + tree(lengths->high, 8);
}

static uint32_t distance(uint32_t length) {
  uint32_t slot = tree(probabilities.slot[length < 6 ? length - 2 : 3], 6);
  if (slot < 4) return slot;
  uint32_t bits = (slot >> 1) - 1, value = (2 | (slot & 1)) << bits;
  if (slot < 14) return value + reversed(probabilities.special + value - slot, bits);
  uint32_t direct = 0;
  for (uint32_t i = 4; i < bits; i++) {
    range >>= 1;
    uint32_t one = code >= range;
    if (one) code -= range;
    direct = direct << 1 | one;
    normalize();
  }
  return value + (direct << 4) + reversed(probabilities.align, 4);
}

// Where the packed bytes go: 0 when there is no memory for them and for what they become.
__attribute__((export_name("unpack_room"))) uint8_t *unpack_room(uint32_t packed, uint32_t unpacked) {
  uint64_t wanted = (uint64_t)(uintptr_t)&__heap_base + packed + unpacked;
  uint64_t pages = (wanted + PAGE - 1) / PAGE, have = __builtin_wasm_memory_size(0);
  if (pages > have && (pages > PAGE || __builtin_wasm_memory_grow(0, pages - have) == (unsigned long)-1)) return 0;
  return &__heap_base;
}

// Where the unpacked bytes are, which follow the packed ones: 0 when these are damaged, or become other than so many.
__attribute__((export_name("unpack"))) uint8_t *unpack(uint32_t packed, uint32_t unpacked) {
  const uint8_t *in = &__heap_base;
  uint8_t *out = &__heap_base + packed;
  if (packed < HEADER + 5 || in[0] >= 225) return 0;
  uint32_t lc = in[0] % 9, lp = in[0] / 9 % 5, positions = (1u << in[0] / 45) - 1;
  if (lc + lp > 4) return 0;
  Probability *all = (Probability *)&probabilities;
  for (uint32_t i = 0; i < sizeof probabilities / sizeof *all; i++) all[i] = 1024;
  next = in + HEADER + 1;
  end = in + packed;
  range = UINT32_MAX;
  code = 0;
  for (int i = 0; i < 4; i++) code = code << 8 | byte();

  uint32_t at = 0, state = 0, back[4] = {0, 0, 0, 0};
  while (at < unpacked) {
    uint32_t position = at & positions;
    if (!bit(&probabilities.isMatch[state][position])) {
      uint32_t before = at ? out[at - 1] : 0, node = 1;
      Probability *literal =
          probabilities.literal + LITERALS * (((at & ((1u << lp) - 1)) << lc) + (before >> (8 - lc)));
      if (state >= 7) {
        uint32_t guess = out[at - back[0] - 1];
        do {
          uint32_t guessed = guess >> 7 & 1;
          guess <<= 1;
          uint32_t one = bit(literal + ((1 + guessed) << 8) + node);
          node = node << 1 | one;
          if (one != guessed) break;
        } while (node < 256);
      }
      while (node < 256) node = node << 1 | bit(literal + node);
      out[at++] = (uint8_t)node;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    uint32_t count;
    if (bit(&probabilities.isRepeated[state])) {
      uint32_t which = 0;
      if (bit(&probabilities.isNotFirst[state])) {
        which = 1;
        if (bit(&probabilities.isNotSecond[state])) which = 2 + bit(&probabilities.isNotThird[state]);
      } else if (!bit(&probabilities.isLong[state][position])) {
        if (back[0] >= at) return 0;
        out[at] = out[at - back[0] - 1];
        at++;
        state = state < 7 ? 9 : 11;
        continue;
      }
      uint32_t chosen = back[which];
      for (; which > 0; which--) back[which] = back[which - 1];
      back[0] = chosen;
      count = length(&probabilities.repeated, position);
      state = state < 7 ? 8 : 11;
    } else {
      count = length(&probabilities.match, position);
      for (int i = 3; i > 0; i--) back[i] = back[i - 1];
      back[0] = distance(count);
      state = state < 7 ? 7 : 10;
    }
    if (back[0] >= at || count > unpacked - at) return 0;
    for (; count > 0; count--, at++) out[at] = out[at - back[0] - 1];
  }
  return out;
}
