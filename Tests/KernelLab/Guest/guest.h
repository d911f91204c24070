/*
 * The guest of the kernel lab: two static programs. /init reads the steps and does them in order (init.c), and says what
 * happened and what there is (facts.c) as lines "LAB {json}" of the kernel's own log: so they stand among the kernel's
 * reports in the order in which things came about. Every process of the scenario is a /worker (worker.c).
 */
#ifndef GUEST_H
#define GUEST_H

#define PAGE 4096L
#define MOST_WORDS 24

/* What a worker answers to one command. */
struct answer {
	long id;
	long value[6];
};

/* facts.c */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
long read_text(const char *path, char *text, long size);
int write_text(const char *path, const char *text);
long meminfo_pages(const char *key);
void one_line(char *text);
void say_sysctls(void);
void say_state(const char *tag);
void facts_begin(void);

#endif
