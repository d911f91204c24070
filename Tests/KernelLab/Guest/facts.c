/* What the guest says of the machine: every process, group, zone and number that a recording holds. */
#define _GNU_SOURCE
#include "guest.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUFFER 65536

static int log_fd = -1;
static char *buffer;

void facts_begin(void)
{
	buffer = mmap(0, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	log_fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	klogctl(8, 0, 8);
}

void say(const char *format, ...)
{
	char line[960];
	va_list arguments;
	int length = snprintf(line, sizeof line, "<6>LAB ");
	va_start(arguments, format);
	length += vsnprintf(line + length, sizeof line - length, format, arguments);
	va_end(arguments);
	/* A record that does not end with its line may be continued, and is not printed until the next one comes. */
	if (length > (int)sizeof line - 2)
		length = sizeof line - 2;
	line[length++] = '\n';
	if (write(log_fd, line, length) < 0)
		_exit(1);
}

long read_text(const char *path, char *text, long size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long length = 0, some;
	if (fd < 0)
		return -errno;
	while (length < size - 1 && (some = read(fd, text + length, size - 1 - length)) > 0)
		length += some;
	close(fd);
	text[length] = 0;
	return length;
}

int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	int error = write(fd, text, strlen(text)) < 0 ? errno : 0;
	close(fd);
	return error;
}

void one_line(char *text)
{
	size_t length = strlen(text);
	while (length > 0 && text[length - 1] == '\n')
		text[--length] = 0;
	for (; *text; text++) {
		if (*text == '\n')
			*text = ';';
		if (*text == '"' || *text == '\\' || *text == '\t')
			*text = ' ';
	}
}

static long status_field(const char *text, const char *key)
{
	char wanted[32];
	snprintf(wanted, sizeof wanted, "\n%s:", key);
	const char *found = strstr(text, wanted);
	return found ? atol(found + strlen(wanted)) : -1;
}

long meminfo_pages(const char *key)
{
	char text[4096] = "\n";
	if (read_text("/proc/meminfo", text + 1, sizeof text - 1) <= 0)
		return 0;
	return status_field(text, key) / 4;
}

static void say_meminfo(const char *tag)
{
	char out[900];
	int used = 0;
	if (read_text("/proc/meminfo", buffer, BUFFER) <= 0)
		return;
	for (char *line = strtok(buffer, "\n"); line; line = strtok(0, "\n")) {
		char *colon = strchr(line, ':');
		if (!colon)
			continue;
		*colon = 0;
		used += snprintf(out + used, sizeof out - used, "%s\"%s\":%ld", used ? "," : "", line, atol(colon + 1));
		if (used > 700) {
			say("{\"ev\":\"d\",\"tag\":\"%s\",\"k\":\"meminfo\",\"v\":{%s}}", tag, out);
			used = 0;
		}
	}
	if (used)
		say("{\"ev\":\"d\",\"tag\":\"%s\",\"k\":\"meminfo\",\"v\":{%s}}", tag, out);
}

/* Zones with what lies on the lists of their CPUs, which is neither free nor used in /proc/meminfo. */
static void say_zones(const char *tag)
{
	static const char *names[] = { "pages free", "min", "low", "high", "spanned", "present", "managed" };
	char zone[64] = "", reserve[64] = "", *line, *rest = buffer;
	long values[7] = { 0 }, listed = 0;
	int node, begun = 0;
	if (read_text("/proc/zoneinfo", buffer, BUFFER) <= 0)
		return;
	do {
		line = strsep(&rest, "\n");
		char name[32];
		while (line && *line == ' ')
			line++;
		int is_zone = line && sscanf(line, "Node %d, zone %31s", &node, name) == 2;
		if ((is_zone || !line) && begun)
			say("{\"ev\":\"d\",\"tag\":\"%s\",\"k\":\"zone\",\"v\":{\"zone\":\"%s\",\"free\":%ld,\"min\":%ld,\"low\":%ld,"
			    "\"high\":%ld,\"spanned\":%ld,\"present\":%ld,\"managed\":%ld,\"pcp\":%ld,\"protection\":\"%s\"}}",
			    tag, zone, values[0], values[1], values[2], values[3], values[4], values[5], values[6], listed, reserve);
		if (!line)
			break;
		if (is_zone) {
			snprintf(zone, sizeof zone, "%d/%s", node, name);
			memset(values, 0, sizeof values);
			listed = 0;
			begun = 1;
		}
		/* The lists of CPUs repeat "high" and "min" below their own heading, with a colon. */
		for (int i = 0; begun && i < 7; i++)
			if (!strncmp(line, names[i], strlen(names[i])) && line[strlen(names[i])] == ' ')
				values[i] = atol(line + strlen(names[i]));
		if (begun && !strncmp(line, "count:", 6))
			listed += atol(line + 6);
		if (begun && !strncmp(line, "protection:", 11))
			snprintf(reserve, sizeof reserve, "%s", line + 12);
	} while (1);
}

static void say_process(const char *tag, int pid)
{
	char path[64], status[4096], walk[2048], group[256] = "", score[32] = "-1", adjusted[32] = "0", sizes[128] = "0";
	char name[32] = "";
	snprintf(path, sizeof path, "/proc/%d/status", pid);
	if (read_text(path, status, sizeof status) <= 0 || (pid > 2 && status_field(status, "PPid") == 2))
		return;
	snprintf(path, sizeof path, "/proc/%d/oom_score", pid);
	read_text(path, score, sizeof score);
	snprintf(path, sizeof path, "/proc/%d/oom_score_adj", pid);
	read_text(path, adjusted, sizeof adjusted);
	snprintf(path, sizeof path, "/proc/%d/statm", pid);
	read_text(path, sizes, sizeof sizes);
	snprintf(path, sizeof path, "/proc/%d/cgroup", pid);
	read_text(path, group, sizeof group);
	one_line(group);
	char *unified = strstr(group, "0::");
	sscanf(status, "Name:\t%31[^\n]", name);
	long resident = -1, anonymous = -1, swapped = -1;
	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	if (status_field(status, "VmSize") >= 0 && read_text(path, walk, sizeof walk) > 0) {
		resident = status_field(walk, "Rss");
		anonymous = status_field(walk, "Anonymous");
		swapped = status_field(walk, "Swap");
	}
	say("{\"ev\":\"d\",\"tag\":\"%s\",\"k\":\"proc\",\"v\":{\"pid\":%d,\"tgid\":%ld,\"ppid\":%ld,\"name\":\"%s\",\"uid\":%ld,"
	    "\"threads\":%ld,\"oom_score\":%d,\"oom_score_adj\":%d,\"total_vm\":%ld,\"VmSize\":%ld,\"VmRSS\":%ld,\"RssAnon\":%ld,"
	    "\"RssFile\":%ld,\"RssShmem\":%ld,\"VmSwap\":%ld,\"VmPTE\":%ld,\"VmLck\":%ld,\"walk_Rss\":%ld,\"walk_Anon\":%ld,"
	    "\"walk_Swap\":%ld,\"cgroup\":\"%s\"}}",
	    tag, pid, status_field(status, "Tgid"), status_field(status, "PPid"), name, status_field(status, "Uid"),
	    status_field(status, "Threads"), atoi(score), atoi(adjusted), atol(sizes), status_field(status, "VmSize"),
	    status_field(status, "VmRSS"), status_field(status, "RssAnon"), status_field(status, "RssFile"),
	    status_field(status, "RssShmem"), status_field(status, "VmSwap"), status_field(status, "VmPTE"),
	    status_field(status, "VmLck"), resident, anonymous, swapped, unified ? unified + 3 : "");
}

static void say_group(const char *tag, const char *path)
{
	static const char *files[] = { "memory.max", "memory.low", "memory.min", "memory.current", "memory.swap.max",
				       "memory.swap.current", "memory.oom.group", "memory.events", 0 };
	static const char *kept = " anon file kernel kernel_stack pagetables percpu shmem slab inactive_file active_file ";
	char file[700], out[900], text[400];
	int used = snprintf(out, sizeof out, "\"path\":\"/%s\"", path);
	for (int i = 0; files[i]; i++) {
		snprintf(file, sizeof file, "/cg/%s/%s", path, files[i]);
		if (read_text(file, text, sizeof text) < 0)
			continue;
		one_line(text);
		used += snprintf(out + used, sizeof out - used, ",\"%s\":\"%s\"", files[i], text);
	}
	say("{\"ev\":\"d\",\"tag\":\"%s\",\"k\":\"cg\",\"v\":{%s}}", tag, out);
	used = snprintf(out, sizeof out, "\"path\":\"/%s\"", path);
	snprintf(file, sizeof file, "/cg/%s/memory.stat", path);
	if (read_text(file, buffer, BUFFER) > 0)
		for (char *line = strtok(buffer, "\n"); line; line = strtok(0, "\n")) {
			char key[64];
			char *value = strchr(line, ' ');
			if (!value)
				continue;
			*value++ = 0;
			snprintf(key, sizeof key, " %s ", line);
			if (strstr(kept, key))
				used += snprintf(out + used, sizeof out - used, ",\"%s\":%s", line, value);
		}
	say("{\"ev\":\"d\",\"tag\":\"%s\",\"k\":\"cgstat\",\"v\":{%s}}", tag, out);
}

static void say_groups(const char *tag, const char *path)
{
	char folder[300];
	snprintf(folder, sizeof folder, "/cg/%s", path);
	DIR *entries = opendir(folder);
	if (!entries)
		return;
	for (struct dirent *entry; (entry = readdir(entries));) {
		char below[560];
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof below, "%s%s%s", path, *path ? "/" : "", entry->d_name);
		say_group(tag, below);
		say_groups(tag, below);
	}
	closedir(entries);
}

void say_state(const char *tag)
{
	say("{\"ev\":\"dump\",\"tag\":\"%s\"}", tag);
	say_meminfo(tag);
	say_zones(tag);
	DIR *entries = opendir("/proc");
	for (struct dirent *entry; entries && (entry = readdir(entries));)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			say_process(tag, atoi(entry->d_name));
	if (entries)
		closedir(entries);
	say_groups(tag, "");
	say("{\"ev\":\"dumped\",\"tag\":\"%s\"}", tag);
}

void say_sysctls(void)
{
	static const char *names[] = { "overcommit_memory", "overcommit_ratio", "overcommit_kbytes", "panic_on_oom",
				       "oom_kill_allocating_task", "oom_dump_tasks", "swappiness", "admin_reserve_kbytes",
				       "user_reserve_kbytes", "min_free_kbytes", "watermark_scale_factor", 0 };
	char out[900], path[100], text[64];
	int used = 0;
	for (int i = 0; names[i]; i++) {
		snprintf(path, sizeof path, "/proc/sys/vm/%s", names[i]);
		if (read_text(path, text, sizeof text) <= 0)
			continue;
		one_line(text);
		used += snprintf(out + used, sizeof out - used, "%s\"%s\":%s", used ? "," : "", names[i], text);
	}
	say("{\"ev\":\"sysctls\",\"v\":{%s}}", out);
}
