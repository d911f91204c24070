/*
 * What a worker has in place of a C library: with one, every process would start with hundreds of pages of its own, and
 * what a scenario says of small processes could not be staged. x86-64 only.
 */
#ifndef PLAIN_H
#define PLAIN_H

#include <sys/syscall.h>

static inline long kernel(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#define CALL0(n) kernel(n, 0, 0, 0, 0, 0, 0)
#define CALL1(n, a) kernel(n, (long)(a), 0, 0, 0, 0, 0)
#define CALL2(n, a, b) kernel(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define CALL3(n, a, b, c) kernel(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define CALL4(n, a, b, c, d) kernel(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define CALL6(n, a, b, c, d, e, f) kernel(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* The compiler may call it for what is written as an assignment. */
void *memset(void *target, int value, unsigned long count);

static int is_same(const char *left, const char *right)
{
	while (*left && *left == *right)
		left++, right++;
	return *left == *right;
}

/* What follows a prefix, or 0. */
static const char *after(const char *text, const char *prefix)
{
	while (*prefix)
		if (*text++ != *prefix++)
			return 0;
	return text;
}

static long number(const char *text)
{
	long value = 0;
	while (*text == ' ')
		text++;
	while (*text >= '0' && *text <= '9')
		value = value * 10 + *text++ - '0';
	return value;
}

static int split_words(char *line, char **words, int most)
{
	int count = 0;
	while (*line && count < most) {
		while (*line == ' ' || *line == '\n')
			*line++ = 0;
		if (!*line)
			break;
		words[count++] = line;
		while (*line && *line != ' ' && *line != '\n')
			line++;
	}
	return count;
}

/* The value of KEY=VALUE among words, or a default; the key comes with its sign. */
static const char *value_of(char **words, int count, const char *key, const char *fallback)
{
	for (int i = 0; i < count; i++) {
		const char *value = after(words[i], key);
		if (value)
			return value;
	}
	return fallback;
}

static int has_word(char **words, int count, const char *word)
{
	for (int i = 0; i < count; i++)
		if (is_same(words[i], word))
			return 1;
	return 0;
}

#endif
