# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

"""turns.py OURS THEIRS STARTS [FIELD=VALUE]...: lets two bench_turns take turns, and compares them.

For scripts/bench-against. The fields become some of the line of JSON that it prints."""

import json
import statistics
import subprocess
import sys

CALLS = 30_000
TURNS = 20
MOST_STOLEN = 0.05
MOST_REPEATS = 50


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


def cpu_times():
    """What all CPUs have spent, and how much of it was taken away from this machine (proc(5))."""
    with open("/proc/stat", encoding="ascii") as stat:
        times = [int(field) for field in stat.readline().split()[1:9]]
    return sum(times), times[7]


def undisturbed(ours, theirs):
    """The same of a start during which the machine had its CPUs, if there is one."""
    for _ in range(MOST_REPEATS):
        before = cpu_times()
        ratio = compare(ours, theirs)
        spent, stolen = (after - first for after, first in zip(cpu_times(), before))
        if stolen <= MOST_STOLEN * spent:
            return ratio
        print(f"repeated: {stolen / spent:.0%} of the CPUs was stolen", file=sys.stderr)
    sys.exit("too much of the CPUs is stolen to measure anything")


def main():
    ours, theirs, starts, *fields = sys.argv[1:]
    ratios = []
    for start in range(int(starts)):
        ratios.append(undisturbed(ours, theirs))
        print(f"{start + 1} of {starts}: {ratios[-1]:.3f}", file=sys.stderr)
    result = {"bench": "turns", "metric": "calls_ratio", "value": round(statistics.median(ratios), 3), "unit": "ratio"}
    result |= dict(field.split("=", 1) for field in fields)
    print(json.dumps(result | {"starts": len(ratios)}))


main()
