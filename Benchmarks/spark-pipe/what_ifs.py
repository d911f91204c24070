"""What-ifs as JSON lines, by one process or through the pipe operator of Apache Spark.

    what_ifs.py lines COUNT ROOT          writes COUNT lines for `oomsim batch` to standard output
    what_ifs.py spark OOMSIM ROOT LINES OUT
                                          answers the file LINES on a cluster of two workers, into the directory OUT
"""

import json
import os
import sys

# Each line varies one value of one story, or of what Prometheus has measured: who dies, when and whether anybody does
# differs.
STORIES = [
    ("Scenarios/global/memory-leak-vps.json", "machine.swap", lambda n: f"{n % 3000}M"),
    ("Scenarios/ai/api-kv-cache-sessions.json", "machine.memory", lambda n: f"{12000 + n % 9000}M"),
    ("Scenarios/protection/agent-minus-500.json", "processes.agent.oom_score_adj", lambda n: n % 1001 - 1000),
    ("Scenarios/fork/redis-bgsave-mode1.json", "sysctl.vm.overcommit_memory", lambda n: n % 3),
    (
        "Tests/Data/import/questions/replay.json",
        "cgroups./prometheus-0_prometheus.memory.max",
        lambda n: f"{2000 + n % 2000}M",
    ),
]


def write_lines(count, root):
    for number in range(count):
        file, path, value = STORIES[number % len(STORIES)]
        what_if = {
            "id": number,
            "import" if file.startswith("Tests/") else "file": os.path.join(root, file),
            "set": {path: value(number // len(STORIES))},
        }
        sys.stdout.write(json.dumps(what_if) + "\n")


def run_on_spark(oomsim, root, lines, out):
    from pyspark import SparkConf, SparkContext

    conf = SparkConf().setAppName("oomsim batch").setMaster("local-cluster[2,1,1024]")
    conf.set("spark.executor.memory", "512m").set("spark.ui.enabled", "false")
    context = SparkContext(conf=conf)
    context.setLogLevel("ERROR")
    # One thread each: Spark runs as many at once as there are cores.
    command = f"{oomsim} batch --files {root} --jobs 1"
    answers = context.textFile("file://" + lines, 16).pipe(command, checkCode=True)
    answers.saveAsTextFile("file://" + out)
    # Each executor has a daemon of its own that its Python processes come from.
    daemons = context.parallelize(range(64), 16).map(lambda _: os.getppid()).distinct().count()
    print(f"spark {context.version}: {daemons} worker processes")
    context.stop()
    if daemons < 2:
        sys.exit("what_ifs.py: the cluster has fewer than two workers")


if __name__ == "__main__":
    if sys.argv[1:2] == ["lines"] and len(sys.argv) == 4:
        write_lines(int(sys.argv[2]), sys.argv[3])
    elif sys.argv[1:2] == ["spark"] and len(sys.argv) == 6:
        run_on_spark(*sys.argv[2:])
    else:
        sys.exit(__doc__)
