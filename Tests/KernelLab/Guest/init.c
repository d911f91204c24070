/* Process 1: it mounts, loads modules, says that it is ready, reads the steps from the console and does them in order. */
#define _GNU_SOURCE
#include "guest.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MOST_PROCESSES 250
#define MOST_STEPS 262144
#define BLOCK_SIZE_IN_BYTES _IOR(0x12, 114, size_t)

static struct process {
	char name[16];
	int pid, commands, is_alive, is_child;
} *processes;
static int process_count, answers = -1;

static int split(char *line, char **words)
{
	int count = 0;
	for (char *word = strtok(line, " \n"); word && count < MOST_WORDS; word = strtok(0, " \n"))
		words[count++] = word;
	return count;
}

/* The value of KEY=VALUE among words, or a default. */
static const char *option(char **words, int count, const char *key, const char *fallback)
{
	size_t length = strlen(key);
	for (int i = 0; i < count; i++)
		if (!strncmp(words[i], key, length) && words[i][length] == '=')
			return words[i] + length + 1;
	return fallback;
}

static void failed(const char *what, int error)
{
	if (error)
		say("{\"ev\":\"error\",\"what\":\"%s\",\"errno\":%d}", what, error);
}

static int find(const char *name)
{
	for (int i = process_count - 1; i >= 0; i--)
		if (!strcmp(processes[i].name, name))
			return i;
	return -1;
}

static void ended(struct process *process, int status)
{
	process->is_alive = 0;
	say("{\"ev\":\"exit\",\"pid\":%d,\"name\":\"%s\",\"sig\":%d}", process->pid, process->name,
	    WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void bury(void)
{
	int status, pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < process_count; i++)
			if (processes[i].pid == pid && processes[i].is_alive)
				ended(&processes[i], status);
	for (int i = 0; i < process_count; i++)
		if (processes[i].is_alive && !processes[i].is_child && kill(processes[i].pid, 0) && errno == ESRCH)
			ended(&processes[i], 0);
}

static long milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for the answer of a process; without one only for time to pass. What came of it, in a word. */
static const char *await(int id, struct answer *answer, long patience)
{
	long end = milliseconds() + patience;
	while (milliseconds() <= end) {
		struct pollfd ready = { answers, POLLIN, 0 };
		if (poll(&ready, 1, 5) > 0 && read(answers, answer, sizeof *answer) == sizeof *answer && answer->id == id)
			return "reply";
		bury();
		if (id >= 0 && !processes[id].is_alive)
			return "died";
	}
	return "timeout";
}

static const char *tell(int id, struct answer *answer, const char *command)
{
	*answer = (struct answer){ .id = id };
	if (write(processes[id].commands, command, strlen(command)) < 0)
		return "died";
	return await(id, answer, 90000);
}

static void make_process(char **words, int count, int step)
{
	int parent = find(option(words, count, "by", "init")), id = process_count++;
	struct process *process = &processes[id];
	struct answer answer = { 0 };
	char path[300], text[64];
	const char *group = option(words, count, "cg", 0), *adjusted = option(words, count, "adj", 0);
	const char *uid = option(words, count, "uid", "0"), *mode = option(words, count, "mode", parent < 0 ? "exec" : "fork");
	snprintf(process->name, sizeof process->name, "%s", words[1]);
	snprintf(path, sizeof path, "/ctl/%03d", id);
	mkfifo(path, 0666);
	process->commands = open(path, O_RDWR | O_CLOEXEC);
	process->is_child = parent < 0;
	process->is_alive = 1;
	if (parent < 0) {
		snprintf(text, sizeof text, "%d", id);
		process->pid = fork();
		if (process->pid == 0) {
			execl("/worker", "worker", text, (char *)0);
			_exit(1);
		}
	} else {
		snprintf(text, sizeof text, "spawn %d %s\n", id, mode);
		tell(parent, &answer, text);
		process->pid = answer.value[0];
	}
	if (process->pid <= 0) {
		process->is_alive = 0;
		int is_refused = process->pid == -ENOMEM;
		say("{\"ev\":\"did\",\"n\":%d,\"name\":\"%s\",\"result\":\"%s\"}", step, words[1], is_refused ? "refused" : "failed");
		failed("start", is_refused ? 0 : process->pid ? -process->pid : EINVAL);
		return;
	}
	snprintf(text, sizeof text, "name %s\n", process->name);
	tell(id, &answer, text);
	if (atoi(uid)) {
		snprintf(text, sizeof text, "uid %s\n", uid);
		tell(id, &answer, text);
	}
	snprintf(text, sizeof text, "%d", process->pid);
	if (group) {
		snprintf(path, sizeof path, "/cg/%s/cgroup.procs", group);
		failed(path, write_text(path, text));
	}
	if (adjusted) {
		snprintf(path, sizeof path, "/proc/%d/oom_score_adj", process->pid);
		failed(path, write_text(path, adjusted));
	}
	say("{\"ev\":\"proc\",\"name\":\"%s\",\"pid\":%d,\"mode\":\"%s\",\"by\":\"%s\",\"uid\":%s,\"adj\":%s,\"cg\":\"/%s\"}",
	    process->name, process->pid, mode, option(words, count, "by", "init"), uid, adjusted ? adjusted : "null",
	    group ? group : "");
}

static void make_group(char **words, int count)
{
	char path[300] = "/cg", file[400], *rest = words[1], *part;
	while ((part = strsep(&rest, "/"))) {
		snprintf(file, sizeof file, "%s/cgroup.subtree_control", path);
		failed(file, write_text(file, "+memory"));
		strncat(path, "/", sizeof path - strlen(path) - 1);
		strncat(path, part, sizeof path - strlen(path) - 1);
		mkdir(path, 0755);
	}
	for (int i = 2; i < count; i++) {
		char *value = strchr(words[i], '=');
		if (!value)
			continue;
		*value++ = 0;
		snprintf(file, sizeof file, "%s/%s", path, words[i]);
		int error = write_text(file, value);
		say("{\"ev\":\"cgset\",\"path\":\"%s\",\"key\":\"%s\",\"value\":\"%s\",\"errno\":%d}", path + 3, words[i], value,
		    error);
	}
}

/* Swap on the first pages of a disk. */
static void swap_on(const char *disk, long pages)
{
	int fd = open(disk, O_RDWR | O_CLOEXEC), error = 0;
	uint64_t size = 0;
	char header[PAGE] = { 0 };
	if (fd < 0 || ioctl(fd, BLOCK_SIZE_IN_BYTES, &size))
		error = errno;
	if (!error && pages + 1 > (long)(size / PAGE))
		error = ENOSPC;
	((uint32_t *)(header + 1024))[0] = 1;
	((uint32_t *)(header + 1024))[1] = pages;
	memcpy(header + PAGE - 10, "SWAPSPACE2", 10);
	if (!error && pwrite(fd, header, sizeof header, 0) != sizeof header)
		error = errno;
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	if (!error && swapon(disk, 0))
		error = errno;
	say("{\"ev\":\"swapon\",\"dev\":\"%s\",\"errno\":%d,\"swap_pages\":%ld,\"ram_pages\":%ld}", disk, error,
	    meminfo_pages("SwapTotal"), meminfo_pages("MemTotal"));
}

/* Pages of a file that lies in memory: nobody's, and never given back. */
static void fill(long pages)
{
	char *page = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/ram/filling", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	for (long i = 0; i < pages && fd >= 0; i++)
		if (write(fd, page, PAGE) != PAGE) {
			failed("fill", errno);
			break;
		}
	munmap(page, PAGE);
}

/* Memory of process 1 itself, which is nobody's to kill. */
static void grow_init(long pages)
{
	char *start = mmap(0, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (long i = 0; start != MAP_FAILED && i < pages; i++)
		start[i * PAGE] = 1;
	failed("initgrow", start == MAP_FAILED ? errno : 0);
}

static void step(char *line, int number)
{
	char *words[MOST_WORDS], command[256], path[200];
	struct answer answer = { 0 };
	say("{\"ev\":\"step\",\"n\":%d,\"line\":\"%s\"}", number, line);
	snprintf(command, sizeof command, "%s", line);
	int count = split(line, words);
	if (count == 0)
		return;
	const char *verb = words[0], *first = count > 1 ? words[1] : "", *second = count > 2 ? words[2] : "";
	int id = find(first);
	bury();
	if (!strcmp(verb, "swapon"))
		swap_on(first, atol(second));
	else if (!strcmp(verb, "sysctl")) {
		snprintf(path, sizeof path, "/proc/sys/%s", first);
		failed(path, write_text(path, second));
		say_sysctls();
	} else if (!strcmp(verb, "cg"))
		make_group(words, count);
	else if (!strcmp(verb, "proc"))
		make_process(words, count, number);
	else if (!strcmp(verb, "fill"))
		fill(atol(first));
	else if (!strcmp(verb, "initgrow"))
		grow_init(atol(first));
	else if (!strcmp(verb, "dump"))
		say_state(first);
	else if (!strcmp(verb, "sleep"))
		await(-1, &answer, atol(first));
	else if (!strcmp(verb, "echo"))
		failed(second, write_text(second, first));
	else if (id < 0)
		failed("unknown step or process", EINVAL);
	else if (!processes[id].is_alive)
		say("{\"ev\":\"did\",\"n\":%d,\"name\":\"%s\",\"result\":\"already dead\"}", number, first);
	else if (!strcmp(verb, "kill")) {
		kill(processes[id].pid, SIGKILL);
		await(id, &answer, 5000);
	} else if (!strcmp(verb, "adj") || !strcmp(verb, "mv")) {
		char pid[16];
		snprintf(pid, sizeof pid, "%d", processes[id].pid);
		if (*verb == 'a')
			snprintf(path, sizeof path, "/proc/%s/oom_score_adj", pid);
		else
			snprintf(path, sizeof path, "/cg/%s/cgroup.procs", second);
		say("{\"ev\":\"%s\",\"name\":\"%s\",\"errno\":%d}", verb, first, write_text(path, *verb == 'a' ? second : pid));
	} else if (!strcmp(verb, "do")) {
		const char *result = tell(id, &answer, command + strlen("do ") + strlen(first) + 1);
		if (*result == 'r')
			say("{\"ev\":\"reply\",\"name\":\"%s\",\"op\":\"%s\",\"r\":[%ld,%ld,%ld,%ld,%ld]}", first, second,
			    answer.value[0], answer.value[1], answer.value[2], answer.value[3], answer.value[4]);
		say("{\"ev\":\"did\",\"n\":%d,\"name\":\"%s\",\"result\":\"%s\"}", number, first, result);
	}
}

/* While nobody has a disk open the kernel keeps nothing that was read from it; and any user may map files. */
static void hold_disks(void)
{
	static const char *disks[] = { "/dev/vda", "/dev/nvme0n1", "/dev/ubda", 0 };
	for (int i = 0; disks[i]; i++) {
		open(disks[i], O_RDONLY | O_CLOEXEC);
		chmod(disks[i], 0444);
	}
}

/* In passes, so that the order in which modules need each other need not be known. */
static void load_modules(void)
{
	char path[64];
	for (int pass = 0, loaded = 1; loaded && pass < 16; pass++) {
		loaded = 0;
		for (int i = 0; i < 16; i++) {
			snprintf(path, sizeof path, "/modules/%d.ko", i);
			int fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd >= 0 && !syscall(SYS_finit_module, fd, "", 0)) {
				loaded = 1;
				unlink(path);
			}
			if (fd >= 0)
				close(fd);
		}
	}
}

static void end(void)
{
	char line[1024] = "";
	usleep(20000);
	read_text("/proc/cmdline", line, sizeof line);
	reboot(strstr(line, "lab.poweroff") ? RB_POWER_OFF : RB_AUTOBOOT);
	for (;;)
		pause();
}

static void say_boot(void)
{
	struct utsname system;
	char pages[256] = "", controllers[256] = "";
	uname(&system);
	read_text("/cg/cgroup.controllers", controllers, sizeof controllers);
	one_line(controllers);
	read_text("/sys/kernel/mm/transparent_hugepage/enabled", pages, sizeof pages);
	one_line(pages);
	say("{\"ev\":\"boot\",\"release\":\"%s\",\"version\":\"%s\",\"machine\":\"%s\",\"controllers\":\"%s\",\"thp\":\"%s\","
	    "\"ram_pages\":%ld,\"free_pages\":%ld}",
	    system.release, system.version, system.machine, controllers, pages, meminfo_pages("MemTotal"),
	    meminfo_pages("MemFree"));
}

/* The steps arrive on the console, to the line "end". */
static char *read_steps(void)
{
	struct termios raw;
	char *steps = mmap(0, MOST_STEPS, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long length = 0, some;
	int console = open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (!tcgetattr(console, &raw)) {
		cfmakeraw(&raw);
		tcsetattr(console, TCSANOW, &raw);
	}
	say("{\"ev\":\"ready\"}");
	while (length < MOST_STEPS - 1 && (some = read(console, steps + length, MOST_STEPS - 1 - length)) > 0) {
		length += some;
		steps[length] = 0;
		if (length > 5 && !strcmp(steps + length - 5, "\nend\n"))
			break;
	}
	/* A line that has just been opened may swallow what comes first. */
	char *begin = strstr(steps, "begin\n");
	return begin ? begin + strlen("begin\n") : steps;
}

int main(void)
{
	umask(0);
	mkdir("/proc", 0755), mkdir("/sys", 0755), mkdir("/dev", 0755), mkdir("/cg", 0755);
	mkdir("/ram", 0777), mkdir("/shm", 0777), mkdir("/ctl", 0777);
	mount("proc", "/proc", "proc", 0, 0);
	mount("sys", "/sys", "sysfs", 0, 0);
	mount("dev", "/dev", "devtmpfs", 0, 0);
	facts_begin();
	failed("cgroup2", mount("cg", "/cg", "cgroup2", 0, 0) ? errno : 0);
	failed("ramfs", mount("ram", "/ram", "ramfs", 0, 0) ? errno : 0);
	failed("tmpfs", mount("shm", "/shm", "tmpfs", 0, "size=100%") ? errno : 0);
	load_modules();
	hold_disks();
	failed("oom_dump_tasks", write_text("/proc/sys/vm/oom_dump_tasks", "1"));
	mkfifo("/ctl/answers", 0666);
	answers = open("/ctl/answers", O_RDWR | O_CLOEXEC);
	processes = mmap(0, MOST_PROCESSES * sizeof *processes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	say_boot();
	char *rest = read_steps(), *line;
	say_sysctls();
	for (int number = 1; (line = strsep(&rest, "\n")) && strcmp(line, "end"); number++)
		if (*line && process_count < MOST_PROCESSES)
			step(line, number);
	say("{\"ev\":\"end\"}");
	end();
}
