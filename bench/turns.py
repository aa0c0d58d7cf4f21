# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

"""turns.py OURS THEIRS STARTS REVISION: lets two bench_turns take turns, and compares them. For scripts/bench-against."""

import json
import statistics
import subprocess
import sys

CALLS = 30_000
TURNS = 20


class Caller:
    """One of the two, and its pool."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def turn(self):
        self.process.stdin.write(f"{CALLS}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def compare(ours, theirs):
    """The median ratio of one start: calls a second of ours over theirs."""
    pair = Caller(ours), Caller(theirs)
    for caller in pair:
        caller.turn()
    ratios = []
    for i in range(TURNS):
        first, second = pair if i % 2 == 0 else pair[::-1]
        took = {first: first.turn(), second: second.turn()}
        ratios.append(took[pair[1]] / took[pair[0]])
    for caller in pair:
        caller.end()
    return statistics.median(ratios)


def main():
    ours, theirs, starts, revision = sys.argv[1:]
    ratios = []
    for start in range(int(starts)):
        ratios.append(compare(ours, theirs))
        print(f"{start + 1} of {starts}: {ratios[-1]:.3f}", file=sys.stderr)
    result = {
        "bench": "turns",
        "metric": "calls_ratio",
        "value": round(statistics.median(ratios), 3),
        "unit": "ratio",
        "against": revision,
        "starts": len(ratios),
    }
    print(json.dumps(result))


main()
