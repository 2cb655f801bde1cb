"""Runs masters and workers of several kinds in shuffled order, and prints medians. See dispatch.sh."""

import contextlib
import json
import os
import random
import re
import statistics
import subprocess
import sys

ROUNDS = int(sys.argv[1])
WINDOWS = [int(window) for window in sys.argv[2].split()]
OURS = sys.argv[3]
PEERS = sys.argv[4] if len(sys.argv) > 4 else None
TICKS = os.sysconf("SC_CLK_TCK")
# Name, how many tasks a run has, and what our program or the peers' is told.
OUR_CASES = [
    ("ours, calls", 6000, "calls"),
    ("ours, whole master", 6000, "speak"),
]
PEER_CASES = [("FastAPI + httpx, base64 JSON", 600, "json"), ("FastAPI + httpx, raw bytes", 600, "raw")]
EXPLANATION = """\
Payload: 150 characters there, 60 KiB of sound back. Ours is digested (blake3), sent, digested again and
compared each time; the whole master also leases, checks and keeps (in memory).
CPU is user and system time for each task; MB is the peak of resident memory."""


@contextlib.contextmanager
def running(argv, ready, **options):
    """A worker and what it says when it is ready. It ends when its input does, or is told to."""
    worker = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)
    try:
        said = next((match for match in map(ready.search, worker.stdout) if match), None)
        if said is None:
            raise RuntimeError(f"{argv[0]} does not start")
        yield worker.pid, said
    finally:
        worker.stdin.close()
        if ready is not OUR_READY:
            worker.terminate()
        worker.wait()


OUR_READY = re.compile(r"^(127\.0\.0\.1:\d+)$")
PEER_READY = re.compile(r"running on http://127\.0\.0\.1:(\d+)")


def cpu_s(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / TICKS


def most_mb(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024


def measure(worker, master, window, **options):
    """One run. The first requests, which are not timed, cost the worker time, too."""
    before = cpu_s(worker)
    done = subprocess.run(master, stdout=subprocess.PIPE, text=True, check=True, **options)
    figures = json.loads(done.stdout.splitlines()[-1])
    warm_up = max(20, 2 * window) if options else 20 + 2 * window
    figures["master_ms"] = 1e3 * figures["master_cpu_s"] / figures["n"]
    figures["worker_ms"] = 1e3 * (cpu_s(worker) - before) / (figures["n"] + warm_up)
    figures["worker_mb"] = most_mb(worker)
    return figures


def ours(count, how):
    def run(window):
        # A worker is asked for twice as much as it has slots.
        argv = [OURS, "worker", str((window + 1) // 2)]
        with running(argv, OUR_READY) as (worker, said):
            figures = measure(worker, [OURS, how, str(count), str(window), said[1]], window)
            return figures

    return run


def peer(count, mode):
    options = {"cwd": PEERS, "env": {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}}
    uvicorn = ["-m", "uvicorn", "http_worker:app", "--host", "127.0.0.1", "--port", "0", "--no-access-log"]

    def run(window):
        argv = [sys.executable, *uvicorn]
        with running(argv, PEER_READY, stderr=subprocess.STDOUT, **options) as (worker, said):
            master = [sys.executable, "http_master.py", str(count), str(window), mode, said[1]]
            return measure(worker, master, window, **options)

    return run


def table(runs, names, window):
    """Medians of the runs with so many in flight, and how they compare with the peers'."""
    fields = ["tasks_per_s", "p50_ms", "p99_ms", "master_ms", "worker_ms", "worker_mb", "master_rss_mb"]
    median = {
        name: {field: statistics.median(run[field] for run in runs[name, window]) for field in fields} for name in names
    }
    peers = [name for name, *_ in PEER_CASES if name in median]
    print(f"\n{window} in flight".ljust(37), "tasks/s  p50 ms  p99 ms   CPU ms = master + worker  worker MB  master MB", end="")
    print("   rate to json, raw   p50 to json, raw" if peers else "")
    for name, m in median.items():
        cpu = m["master_ms"] + m["worker_ms"]
        line = f"{name:35} {m['tasks_per_s']:8.0f} {m['p50_ms']:7.2f} {m['p99_ms']:7.2f} {cpu:8.3f} {m['master_ms']:8.3f}"
        line += f" {m['worker_ms']:8.3f} {m['worker_mb']:10.1f} {m['master_rss_mb']:10.1f}"
        rates = [m["tasks_per_s"] / median[other]["tasks_per_s"] for other in peers]
        waits = [m["p50_ms"] / median[other]["p50_ms"] for other in peers]
        line += "".join(f"{rate:10.1f}" for rate in rates) + "".join(f"{'1/' + format(1 / wait, '.1f'):>10}" for wait in waits)
        print(line)


def main():
    cases = {name: ours(*rest) for name, *rest in OUR_CASES}
    if PEERS:
        cases |= {name: peer(*rest) for name, *rest in PEER_CASES}
    runs = {(name, window): [] for name in cases for window in WINDOWS}
    for number in range(ROUNDS):
        order = list(runs)
        random.Random(number).shuffle(order)
        for name, window in order:
            runs[name, window].append(cases[name](window))
    print(EXPLANATION)
    for window in WINDOWS:
        table(runs, cases, window)


main()
