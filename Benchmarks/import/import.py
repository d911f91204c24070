#!/usr/bin/env python3
"""A day of metrics, a sample a minute: what importing it and replaying it costs beside `json.load` of the same file, in
processor time and in memory. `held` stays, grows straight on and drops; `noisy` is another number in every sample.

    swift build -c release --product oomsim
    Benchmarks/import/import.py [OOMSIM] [CONTAINERS]
"""

import os
import random
import subprocess
import sys
import tempfile

SAMPLES = 1440
START = 1_764_460_800


def held(numbers):
    pages, values = numbers.randrange(2000, 50_000), []
    while len(values) < SAMPLES:
        step = numbers.choice([0, 0, 0, 1, 2, 5, -3])
        for _ in range(numbers.randrange(10, 120)):
            values.append(pages)
            pages = max(500, pages + step)
        if numbers.random() < 0.1:
            pages = max(500, pages // 2)
    return values[:SAMPLES]


def noisy(numbers):
    pages, values = numbers.randrange(2000, 50_000), []
    for _ in range(SAMPLES):
        pages = max(500, pages + numbers.randrange(-40, 42))
        values.append(pages)
    return values


def write(path, containers, shape):
    numbers = random.Random(1)
    with open(path, "w") as file:
        file.write('{"status":"success","data":{"resultType":"matrix","result":[')
        for number in range(containers):
            samples = ",".join(
                f'[{START + 60 * minute},"{pages * 4096}"]'
                for minute, pages in enumerate(shape(numbers))
            )
            labels = (
                f'"__name__":"container_memory_rss","namespace":"n{number % 10}","pod":"p-{number}",'
                f'"container":"c{number}","id":"/kubepods/pod{number}/c","instance":"n1:10250"'
            )
            comma = "," if number else ""
            file.write(f'{comma}{{"metric":{{{labels}}},"values":[{samples}]}}')
        file.write("]}}")


def measure(command):
    """Processor time, and the most memory in MB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command}: status {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/oomsim"
    containers = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    load = "import json, sys; json.load(open(sys.argv[1]))"
    print("shape   file MB   json.load s   import s   run s   ratio   import MB   run MB")
    with tempfile.TemporaryDirectory() as folder:
        path, made = os.path.join(folder, "metrics.json"), os.path.join(folder, "made.json")
        for name, shape in [("held", held), ("noisy", noisy)]:
            write(path, containers, shape)
            python, _ = measure([sys.executable, "-c", load, path])
            ours, memory = measure([program, "import", path, "--memory", "4T", "-o", made])
            replay, more = measure([program, "run", made])
            print(
                f"{name:5} {os.path.getsize(path) / 1e6:9.1f} {python:13.2f} {ours:10.2f} {replay:7.2f}"
                f" {(ours + replay) / python:7.2f} {memory:11.0f} {more:8.0f}"
            )


main()
