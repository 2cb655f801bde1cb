"""Runs masters and workers of several kinds on a real Redis, in shuffled order, and prints medians. See queue.sh."""

import contextlib
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS, WINDOWS, COUNT, OURS = int(sys.argv[1]), [int(w) for w in sys.argv[2].split()], int(sys.argv[3]), sys.argv[4]
PEERS = sys.argv[5] if len(sys.argv) > 5 else None
TICKS = os.sysconf("SC_CLK_TCK")
FIELDS = ["tasks_per_s", "p50_ms", "p99_ms", "cpu_ms", "master_ms", "worker_ms", "redis_ms", "watch_ms", "worker_mb"]
EXPLANATION = """\
Payload: 150 characters there, 60 KiB of sound back, which the master reads. Ours packs each clip as FLAC into a folder
(synced), or as WAV with a digest into Redis, and the master unpacks it; Celery's travels through Redis as its tasks' result.
CPU is user and system time of master, worker, Redis and who watches, for each task; MB is the peak of a worker."""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def family(pid):
    """A process and its children."""
    with contextlib.suppress(FileNotFoundError):
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            return [pid, *(other for child in children.read().split() for other in family(int(child)))]
    return []


def cpu_s(pid):
    ticks = 0
    for one in family(pid):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/{one}/stat") as stat:
            ticks += sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:13]))
    return ticks / TICKS


def most_mb(pid):
    kilobytes = 0
    for one in family(pid):
        with open(f"/proc/{one}/status") as status:
            kilobytes += int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])
    return kilobytes / 1024


@contextlib.contextmanager
def running(argv, **options):
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, text=True, **options)
    try:
        yield process
    finally:
        process.stdin.close()
        process.terminate()
        process.wait()


@contextlib.contextmanager
def redis():
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        argv = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", ""]
        with running([*argv, "--appendonly", "yes"], stdout=subprocess.DEVNULL) as process:
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.02)
            yield port, process.pid


def measure(master, window, processes, **options):
    """One run; `processes` have names, and what they cost in it is counted."""
    before = {name: cpu_s(pid) for name, pid in processes.items()}
    done = subprocess.run(master, stdout=subprocess.PIPE, text=True, check=True, **options)
    figures = json.loads(done.stdout.splitlines()[-1])
    # The first requests, which are not timed, cost the others time, too.
    tasks = figures["n"] + max(20, 2 * window)
    figures["watch_ms"] = 0.0
    for name, pid in processes.items():
        figures[f"{name}_ms"] = 1e3 * (cpu_s(pid) - before[name]) / tasks
    figures["master_ms"] = 1e3 * figures["master_cpu_s"] / figures["n"]
    figures["cpu_ms"] = sum(figures[f"{name}_ms"] for name in ["master", *processes])
    figures["worker_mb"] = most_mb(processes["worker"])
    return figures


def ours(store, watched):
    def run(window):
        with redis() as (port, broker), tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            url, where = f"redis://127.0.0.1:{port}", folder if store == "folder" else store
            processes = {"redis": broker}
            roles = [("worker", ["worker", url, where, str(max(1, window // 2))])]
            roles += [("watch", ["watch", url])] if watched else []
            for name, argv in roles:
                process = stack.enter_context(running([OURS, *argv], stdout=subprocess.PIPE))
                process.stdout.readline()
                processes[name] = process.pid
            return measure([OURS, "master", url, where, str(COUNT), str(window)], window, processes)

    return run


def celery(pool, flower):
    def run(window):
        with redis() as (port, broker), contextlib.ExitStack() as stack:
            env = {**os.environ, "PEER_REDIS": f"redis://127.0.0.1:{port}/0", "PEER_SERIALIZER": "json"}
            env |= {"PEER_EVENTS": "1" if flower else "0", "PYTHONDONTWRITEBYTECODE": "1", "FLOWER_UNAUTHENTICATED_API": "1"}
            options = {"cwd": PEERS, "env": env}
            app = [sys.executable, "-m", "celery", "-A", "celery_app"]
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            worker = [*app, "worker", "-c", "1", "-P", pool, "-l", "WARNING", *(["-E"] if flower else [])]
            processes = {"redis": broker, "worker": stack.enter_context(running(worker, **quiet, **options)).pid}
            if flower:
                argv = [*app, "flower", "--address=127.0.0.1", f"--port={free_port()}"]
                processes["watch"] = stack.enter_context(running(argv, **quiet, **options)).pid
            ping = "from celery_app import app; print(len(app.control.ping(timeout=0.7)))"
            while subprocess.run([sys.executable, "-c", ping], stdout=subprocess.PIPE, text=True, **options).stdout != "1\n":
                time.sleep(0.1)
            return measure([sys.executable, "celery_master.py", str(COUNT // 10), str(window)], window, processes, **options)

    return run


def table(runs, names, window):
    """Medians of the runs with so many in flight, and how they compare with Celery's prefork."""
    median = {name: {f: statistics.median(run[f] for run in runs[name, window]) for f in FIELDS} for name in names}
    base = median.get("Celery, prefork")
    heads = ["tasks/s", "p50 ms", "p99 ms", "CPU ms", "master", "worker", "redis", "watch", "worker MB"]
    print(f"\n{f'{window} in flight':28}" + "".join(f"{head:>10}" for head in heads) + ("   to Celery, prefork: rate, p50, p99, CPU" if base else ""))
    for name, m in median.items():
        line = f"{name:28}" + "".join(f"{m[f]:10.0f}" if f == "tasks_per_s" else f"{m[f]:10.2f}" for f in FIELDS)
        if base:
            line += f"   {m['tasks_per_s'] / base['tasks_per_s']:.1f}"
            line += "".join(f"  1/{base[f] / m[f]:.1f}" for f in ["p50_ms", "p99_ms", "cpu_ms"])
        print(line)


def main():
    stores = {"ours, folder": "folder", "ours, through Redis": "redis"}
    cases = {name: ours(store, False) for name, store in stores.items()}
    watched = {name: f"{name}, watched" for name in stores}
    cases |= {watched[name]: ours(store, True) for name, store in stores.items()}
    if PEERS:
        cases |= {"Celery, prefork": celery("prefork", False), "Celery, threads": celery("threads", False)}
        cases |= {"Celery, prefork, Flower": celery("prefork", True)}
    runs = {(name, window): [] for name in cases for window in WINDOWS}
    for number in range(ROUNDS):
        order = list(runs)
        random.Random(number).shuffle(order)
        for name, window in order:
            runs[name, window].append(cases[name](window))
    print(EXPLANATION)
    for window in WINDOWS:
        table(runs, cases, window)
        for name in stores:
            pairs = zip(runs[name, window], runs[watched[name], window], strict=True)
            ratios = sorted(with_watch["cpu_ms"] / without["cpu_ms"] for without, with_watch in pairs)
            least, median, most = ratios[0], statistics.median(ratios), ratios[-1]
            print(f"CPU of {watched[name]}, to that of the same round without: {median:.3f} ({least:.3f} to {most:.3f})")


main()
