#!/usr/bin/env python3
"""How the time of each command grows with what it is given: n, 2n and 4n of processes, groups, growths, kills, restarts and
lines. The exponent is that of the processor time beyond the start of the program, from 2n to 4n: 1 is in proportion. A star
is a run that was cut off.

    swift build -c release --product oomsim
    Benchmarks/growth/growth.py [OOMSIM] [FAMILY…]
"""

import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile

ROUNDS = 3
LIMIT = 1.2


def scenario(processes, events=(), cgroups=None, memory="64G", **machine):
    return {
        "schema": "oomsim.scenario/1",
        "name": "growth",
        "kernel": "6.12",
        "machine": {"memory": memory, **machine},
        "cgroups": cgroups or {},
        "processes": processes,
        "events": list(events),
    }


def grow(at, process, anon, over="60s"):
    return {"at": at, "grow": {"process": process, "anon": anon, "over": over}}


def processes(n):
    """Many processes, one kill."""
    rows = [{"name": f"p{i}", "anon": f"{100 + i % 50} pages"} for i in range(n)]
    return scenario(
        rows + [{"name": "hog", "anon": "1M"}], [grow("1s", "hog", "400G")], memory=f"{n + 1000}M"
    )


def groups(n):
    """Many groups, each with a process and a limit that one in eight meets."""
    rows = [{"name": f"p{i}", "cgroup": f"/k/c{i}", "anon": "2M"} for i in range(n)]
    limits = {f"/k/c{i}": {"memory.max": "8M"} for i in range(n)}
    events = [grow(f"{i}ms", f"p{i}", "9M" if i % 8 == 0 else "3M", "5s") for i in range(n)]
    return scenario(rows, events, limits, memory=f"{n * 20 + 1000}M")


def growths(n):
    """Many growths at a time, and memory enough."""
    rows = [{"name": f"p{i}", "anon": "1M"} for i in range(n)]
    events = [grow(f"{i * 7}ms", f"p{i}", f"{5 + i % 7}M") for i in range(n)]
    return scenario(rows, events, memory=f"{n * 20 + 1000}M")


def kills(n):
    """One process that takes the memory of all others, one after the other."""
    rows = [{"name": "p", "count": n, "anon": "4M"}]
    rows.append({"name": "hog", "anon": "1M", "oom_score_adj": -1000})
    return scenario(rows, [grow("1s", "hog", f"{n * 4}M")], memory=f"{n * 4 + 600}M")


def restarts(n):
    """Services that die at their own limits and come back, as long as the events last."""
    rows = [
        {
            "name": f"s{i}",
            "cgroup": f"/s{i}",
            "anon": "1M",
            "restart": {"policy": "always", "delay": f"{900 + i}ms"},
        }
        for i in range(8)
    ]
    limits = {f"/s{i}": {"memory.max": "8M"} for i in range(8)}
    events = [grow("0s", f"s{i}", "9M", "100ms") for i in range(8)]
    events.append({"at": f"{n * 125}ms", "sysrq": "f"})
    return scenario(rows, events, limits)


FAMILIES = {
    "processes": (processes, 10_000),
    "groups": (groups, 500),
    "growths": (growths, 2_000),
    "kills": (kills, 500),
    "restarts": (restarts, 400),
}

COMMANDS = {
    "run": "run FILE",
    "run --json": "run --json FILE",
    "run --timeline": "run --timeline - FILE",
    "run --kernel-log": "run --kernel-log FILE",
    "check": "check FILE",
    "explain": "explain FILE",
    "score": "score FILE --at 30s",
    "next": "next FILE",
    "report": "report FILE -o -",
    "protect": "protect FILE --process NAME",
    "compare": "compare FILE --kernels 5.0,6.12",
    "sweep": "sweep FILE --vary sysctl.vm.swappiness=0,60",
    "batch": "batch FILE",
}
# What replays many times is measured with fewer.
FEWER = {"protect": 8, "report": 2}


def processor_time(arguments, output=subprocess.DEVNULL):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(arguments, stdout=output, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode not in (0, 1):
        return None
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measured(arguments, folder):
    path = os.path.join(folder, "out")
    with open(path, "wb") as output:
        first = processor_time(arguments, output)
    if first is None:
        return None, False
    with open(path, "rb") as output:
        text = output.read()
    is_cut = any(word in text for word in (b"stopped after", b"cut_off", b"cut off"))
    times = [first] + [processor_time(arguments) for _ in range(ROUNDS - 1)]
    return statistics.median(times), is_cut


def report(family, command, sizes, times, start):
    if any(time is None for time, _ in times):
        print(f"{family:10} {command:17} failed")
        return
    net = [max(time - start, 0.0005) for time, _ in times]
    exponent = math.log2(net[2] / net[1])
    # Below some hundredths of a second the start of the program decides.
    text = f"{exponent:8.2f}" if net[2] > 0.03 else "   short"
    cells = "  ".join(
        f"{size:6}: {time:7.3f}{'*' if cut else ' '}" for size, (time, cut) in zip(sizes, times)
    )
    mark = "  above the bar" if net[2] > 0.03 and exponent > LIMIT else ""
    print(f"{family:10} {command:17} {cells} {text}{mark}", flush=True)


def lines(program, folder, start):
    """Logs of n reports, and n scenarios as lines."""
    with open("Tests/Data/logs/m03-leaf-before-parent-qemu-6.1.txt", "rb") as file:
        log = file.read()
    line = json.dumps(processes(20)) + "\n"
    for command, text, first in (("autopsy", log, 200), ("batch", line.encode(), 2000)):
        times = []
        sizes = [first, 2 * first, 4 * first]
        for size in sizes:
            path = os.path.join(folder, "lines")
            with open(path, "wb") as file:
                file.write(text * size)
            times.append(measured([program, command, path], folder))
        report("lines", command, sizes, times, start)


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/oomsim"
    chosen = sys.argv[2:] or [*FAMILIES, "lines"]
    with tempfile.TemporaryDirectory() as folder:
        start = statistics.median(processor_time([program, "--version"]) for _ in range(9))
        print("family     command            n, 2n and 4n: processor time in s              exponent")
        for family in chosen:
            if family == "lines":
                lines(program, folder, start)
                continue
            make, first = FAMILIES[family]
            for command, words in COMMANDS.items():
                n = max(first // FEWER.get(command, 1), 50)
                sizes, times = [n, 2 * n, 4 * n], []
                for size in sizes:
                    document = make(size)
                    path = os.path.join(folder, "scenario.json")
                    with open(path, "w") as file:
                        json.dump(document, file)
                        file.write("\n")
                    row = document["processes"][0]
                    name = row["name"] + ("-1" if "count" in row else "")
                    arguments = [program] + [
                        {"FILE": path, "NAME": name}.get(word, word) for word in words.split()
                    ]
                    times.append(measured(arguments, folder))
                report(family, command, sizes, times, start)


main()
