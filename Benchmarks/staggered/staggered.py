#!/usr/bin/env python3
"""Containers that each grow and shrink every minute, at times spread over the minute: what an event costs while many
growths are in progress. `oomsim run` and Python's `json.load` read the same file in turns; both are given in processor
time.

    swift build -c release --product oomsim
    Benchmarks/staggered/staggered.py [--parent PATH | --pods PATH] [OOMSIM] [CONTAINERS…]

Each container has a group of its own: directly below the root, below one that all have in common (`--parent /pods`), or
below one of its own there (`--pods /kubepods/burstable`). The sum that a common group has changes at every instant, and
so does its `memory.peak`.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

CYCLES = 22
ROUNDS = 5


def group(number, parent, pods):
    if pods:
        return f"{pods}/pod{number}/c{number}"
    return f"{parent or ''}/c{number}"


def scenario(containers, parent=None, pods=None):
    events = []
    for number in range(containers):
        first = number * 60_000 // containers
        process = f"c{number}"
        for cycle in range(CYCLES):
            at = first + cycle * 60_000
            grow = {"process": process, "anon": "40M", "over": "25s"}
            shrink = {"process": process, "anon": "40M", "over": "20s"}
            events.append((at, number, {"at": f"{at}ms", "grow": grow}))
            events.append((at + 30_000, number, {"at": f"{at + 30_000}ms", "shrink": shrink}))
    events.sort(key=lambda event: event[:2])
    return {
        "schema": "oomsim.scenario/1",
        "name": "staggered",
        "kernel": "6.12",
        "machine": {"memory": f"{containers * 128 + 2048}M", "kernel": "500M", "page_cache": "500M"},
        "cgroups": {
            group(number, parent, pods): {"memory.max": "96M"} for number in range(containers)
        },
        "processes": [
            {"name": f"c{number}", "cgroup": group(number, parent, pods), "anon": "20M"}
            for number in range(containers)
        ],
        "events": [event[2] for event in events],
    }


def processor_time(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def load(path):
    code = (
        "import json, sys, time; file = open(sys.argv[1]); start = time.process_time();"
        " json.load(file); print(time.process_time() - start)"
    )
    return float(subprocess.check_output([sys.executable, "-c", code, path]))


def main():
    parser = argparse.ArgumentParser()
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--parent", help="the group that all containers have in common")
    place.add_argument("--pods", help="the group below which each container has one of its own")
    parser.add_argument("program", nargs="?", default=".build/release/oomsim")
    parser.add_argument("sizes", nargs="*", type=int)
    options = parser.parse_args()
    program, sizes = options.program, options.sizes or [200, 1600, 6400]
    print("containers   events    file MB   json.load s   oomsim run s   ratio   us an event")
    with tempfile.TemporaryDirectory() as folder:
        for containers in sizes:
            path = os.path.join(folder, f"{containers}.json")
            document = scenario(containers, options.parent, options.pods)
            with open(path, "w") as file:
                json.dump(document, file)
            pairs = [(load(path), processor_time([program, "run", path])) for _ in range(ROUNDS)]
            python, ours = (statistics.median(times) for times in zip(*pairs))
            events = len(document["events"])
            print(
                f"{containers:10} {events:8} {os.path.getsize(path) / 1e6:10.1f} {python:13.3f}"
                f" {ours:14.3f} {ours / python:7.2f} {ours / events * 1e6:13.2f}"
            )


main()
