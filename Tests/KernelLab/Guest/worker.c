/*
 * A process of the scenario: it waits for commands and does them. Its pages are what it was told to touch and a handful
 * of its own.
 */
#include "guest.h"
#include "plain.h"
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#define MOST_AREAS 128
#define NO_SUCH_CALL 38

struct area {
	char *start;
	long pages;
};

/* What the process has mapped. A child by fork has a copy of it. */
static struct area areas[MOST_AREAS];
static int area_count;

void *memset(void *target, int value, unsigned long count)
{
	volatile char *byte = target;
	while (count--)
		*byte++ = value;
	return target;
}

static int is_error(const void *result) { return (unsigned long)result > -4096UL; }

static void remember(char *start, long pages)
{
	for (int i = 0; i < area_count; i++) {
		/* Mappings are made downwards; those that touch are one to the kernel, too. */
		if (areas[i].start == start + pages * PAGE) {
			areas[i].start = start;
			areas[i].pages += pages;
			return;
		}
	}
	if (area_count < MOST_AREAS)
		areas[area_count++] = (struct area){ start, pages };
}

static char *map(long pages, int protection, int kind, long fd, long offset)
{
	return (char *)CALL6(SYS_mmap, 0, pages * PAGE, protection, kind, fd, offset * PAGE);
}

static void touch(char *page) { *(volatile long *)page = (long)page; }
static void look_at(char *page) { (void)*(volatile char *)page; }

/* Maps and touches; in one piece it asks overcommit once, in pieces of 16 pages it hardly asks. */
static void grow(struct answer *answer, char **words, int count)
{
	long pages = number(words[1]), piece = number(value_of(words, count, "chunk=", words[1]));
	int kind = is_same(words[0], "shmem") ? MAP_SHARED : MAP_PRIVATE;
	while (answer->value[0] < pages) {
		long some = pages - answer->value[0] < piece ? pages - answer->value[0] : piece;
		char *start = map(some, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);
		if (is_error(start)) {
			answer->value[1] = (long)start;
			break;
		}
		remember(start, some);
		for (long i = 0; i < some; i++, answer->value[0]++)
			touch(start + i * PAGE);
	}
}

/* A mapping of a file; one that is created is shared and written to, another is read. */
static void map_file(struct answer *answer, char **words, int count)
{
	long pages = number(words[1]), offset = number(value_of(words, count, "off=", "0"));
	int creates = has_word(words, count, "create");
	long fd = CALL3(SYS_open, value_of(words, count, "path=", ""), creates ? O_RDWR | O_CREAT : O_RDONLY, 0666);
	if (fd < 0) {
		answer->value[1] = fd;
		return;
	}
	if (creates && CALL3(SYS_lseek, fd, 0, 2) < (offset + pages) * PAGE)
		answer->value[1] = CALL2(SYS_ftruncate, fd, (offset + pages) * PAGE);
	char *start = map(pages, creates ? PROT_READ | PROT_WRITE : PROT_READ, creates ? MAP_SHARED : MAP_PRIVATE, fd, offset);
	CALL1(SYS_close, fd);
	if (is_error(start)) {
		answer->value[1] = (long)start;
		return;
	}
	remember(start, pages);
	for (long i = 0; i < pages; i++, answer->value[0]++)
		creates ? touch(start + i * PAGE) : look_at(start + i * PAGE);
}

static void read_file(struct answer *answer, char **words, int count)
{
	char page[PAGE];
	long fd = CALL3(SYS_open, value_of(words, count, "path=", ""), O_RDONLY, 0), pages = number(words[1]);
	if (fd < 0) {
		answer->value[1] = fd;
		return;
	}
	while (answer->value[0] < pages && CALL3(SYS_read, fd, page, sizeof page) == sizeof page)
		answer->value[0]++;
	CALL1(SYS_close, fd);
}

/* Writes to so many pages of what it has, in the order of mapping: those shared with a parent or a child become its own. */
static void copy_on_write(struct answer *answer, long pages)
{
	for (int k = 0; k < area_count; k++)
		for (long i = 0; i < areas[k].pages && answer->value[0] < pages; i++, answer->value[0]++)
			touch(areas[k].start + i * PAGE);
}

/* Touches again, in the order of mapping, what it has. */
static void touch_again(struct answer *answer, int writes)
{
	for (int k = 0; k < area_count; k++)
		for (long i = 0; i < areas[k].pages; i++, answer->value[0]++)
			writes ? touch(areas[k].start + i * PAGE) : look_at(areas[k].start + i * PAGE);
}

static void give_back(struct answer *answer)
{
	while (area_count > 0) {
		struct area last = areas[--area_count];
		CALL2(SYS_munmap, last.start, last.pages * PAGE);
		answer->value[0] += last.pages;
	}
}

/* The number behind a word of a file of /proc. */
static long field(const char *path, const char *word)
{
	char text[2048];
	long fd = CALL3(SYS_open, path, O_RDONLY, 0), length = fd < 0 ? 0 : CALL3(SYS_read, fd, text, sizeof text - 1);
	CALL1(SYS_close, fd);
	text[length > 0 ? length : 0] = 0;
	for (char *at = text; *at; at++) {
		const char *rest = after(at, word);
		if (rest)
			return number(rest);
	}
	return 0;
}

/* One mapping that nobody touches: only overcommit sees it. */
static void reserve(struct answer *answer, char **words, int count)
{
	long pages = number(words[1]);
	int kind = MAP_ANONYMOUS | (has_word(words, count, "shared") ? MAP_SHARED : MAP_PRIVATE);
	if (has_word(words, count, "noreserve"))
		kind |= MAP_NORESERVE;
	answer->value[2] = field("/proc/meminfo", "Committed_AS:");
	answer->value[3] = field("/proc/meminfo", "CommitLimit:");
	answer->value[4] = field("/proc/self/statm", "");
	char *start = map(pages, has_word(words, count, "ro") ? PROT_READ : PROT_READ | PROT_WRITE, kind, -1, 0);
	if (is_error(start)) {
		answer->value[1] = (long)start;
		return;
	}
	answer->value[0] = pages;
	if (has_word(words, count, "keep"))
		remember(start, pages);
	else
		CALL2(SYS_munmap, start, pages * PAGE);
}

static void work(long id) __attribute__((noreturn));

/* A child: a copy of this process, or one that uses its memory. */
static long spawn(long child, int shares)
{
	if (!shares) {
		long pid = CALL0(SYS_fork);
		if (pid == 0)
			work(child);
		return pid;
	}
	char *stack = map(4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (is_error(stack))
		return (long)stack;
	long pid, *top = (long *)(stack + 4 * PAGE) - 2;
	*top = child;
	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "pop %%rdi\n\t"
			 "and $-16, %%rsp\n\t"
			 "call *%3\n"
			 "1:"
			 : "=a"(pid)
			 : "a"((long)SYS_clone), "D"((long)(CLONE_VM | SIGCHLD)), "r"(work), "S"(top), "d"(0L)
			 : "rcx", "r11", "memory");
	return pid;
}

static void fork_and_end(struct answer *answer)
{
	answer->value[2] = field("/proc/meminfo", "Committed_AS:");
	answer->value[3] = field("/proc/meminfo", "CommitLimit:");
	long pid = CALL0(SYS_fork);
	if (pid == 0)
		CALL1(SYS_exit_group, 0);
	answer->value[0] = pid > 0;
	answer->value[1] = pid < 0 ? pid : 0;
	if (pid > 0)
		CALL4(SYS_wait4, pid, 0, 0, 0);
}

static void perform(struct answer *answer, char **words, int count)
{
	const char *verb = words[0];
	if (is_same(verb, "anon") || is_same(verb, "shmem"))
		grow(answer, words, count);
	else if (is_same(verb, "file"))
		map_file(answer, words, count);
	else if (is_same(verb, "readfile"))
		read_file(answer, words, count);
	else if (is_same(verb, "retouch"))
		touch_again(answer, has_word(words, count, "write"));
	else if (is_same(verb, "cow"))
		copy_on_write(answer, number(words[1]));
	else if (is_same(verb, "free"))
		give_back(answer);
	else if (is_same(verb, "mlockall"))
		answer->value[0] = CALL1(SYS_mlockall, MCL_CURRENT | MCL_FUTURE);
	else if (is_same(verb, "reserve"))
		reserve(answer, words, count);
	else if (is_same(verb, "forktest"))
		fork_and_end(answer);
	else if (is_same(verb, "swapoff"))
		answer->value[0] = CALL1(SYS_swapoff, words[1]);
	else if (is_same(verb, "spawn"))
		answer->value[0] = spawn(number(words[1]), is_same(words[2], "vm"));
	else if (is_same(verb, "name"))
		CALL2(SYS_prctl, PR_SET_NAME, words[1]);
	else if (is_same(verb, "uid"))
		answer->value[0] = CALL3(SYS_setresuid, number(words[1]), number(words[1]), number(words[1]));
	else
		answer->value[1] = -NO_SUCH_CALL;
}

static void work(long id)
{
	char path[] = "/ctl/000", line[256], *words[MOST_WORDS];
	for (long i = 7, rest = id; i > 4; i--, rest /= 10)
		path[i] = '0' + rest % 10;
	long commands = CALL3(SYS_open, path, O_RDONLY, 0), answers = CALL3(SYS_open, "/ctl/answers", O_WRONLY, 0);
	for (;;) {
		long length = CALL3(SYS_read, commands, line, sizeof line - 1);
		if (length == -4)
			continue;
		if (length <= 0)
			CALL1(SYS_exit_group, 0);
		line[length] = 0;
		struct answer answer = { .id = id };
		int count = split_words(line, words, MOST_WORDS);
		if (count > 0)
			perform(&answer, words, count);
		CALL3(SYS_write, answers, &answer, sizeof answer);
	}
}

/* What the kernel calls: the stack has the arguments, of which the first names the worker. */
__attribute__((used)) static void begin(long *stack)
{
	/* Children that nobody waits for are gone at once; the handler that ignores is 1. */
	struct { long handler, flags, restorer, mask; } ignored = { 1, 0, 0, 0 };
	CALL4(SYS_rt_sigaction, SIGCHLD, &ignored, 0, 8);
	work(stack[0] > 1 ? number((char *)stack[2]) : 0);
}

__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall begin\n");
