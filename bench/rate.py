"""Sentences per second of a run with `--progress json`: from the first to the last that was spoken."""

import json
import sys
import time

times = []
for line in sys.stdin:
    if json.loads(line)["event"] == "spoken":
        times.append(time.monotonic())
print((len(times) - 1) / (times[-1] - times[0]))
