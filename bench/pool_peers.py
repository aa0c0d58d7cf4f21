# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

"""Measures pools of Python with two workers, for bench_pool.

Reads lines "LIBRARY OPERATION" and answers each with "SECONDS HOW", or with the reason why it can't. Where a library
has several ways to do a thing, the fastest is found at the first question, and used from then on.
"""

import concurrent.futures
import importlib
import os
import select
import signal
import statistics
import sys
import threading
import time

WORKERS = 2
TRIPS = 2_000
TASKS = 20_000
INTS = list(range(1_000_000))
TEXT = b"x" * (1 << 20)
ECHOES = 400
WINDOW = 8
CHUNKS = (1_000, 5_000, 20_000, 62_500, 125_000, 250_000, 500_000)
DEADLINE = 60  # seconds
ATTEMPTS = 3


def same(value):
    return value


def timed(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


class Hung(Exception):
    """A pool has not done its work in time, as often as it was tried."""


def isolated(measure):
    """Measures in a process group of its own, and kills it then: pools of Python may hang, above all at their end."""
    for _ in range(ATTEMPTS):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.setpgid(0, 0)
                os.write(writing, repr(measure()).encode())
            finally:
                os._exit(0)
        os.close(writing)
        in_time, _, _ = select.select([reading], [], [], DEADLINE)
        answer = os.read(reading, 100) if in_time else b""
        os.close(reading)
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:  # it ended before it had a group
            pass
        os.waitpid(pid, 0)
        if answer:
            return float(answer)
    raise Hung


class Windowed:
    """Submits one call each time that one has ended."""

    def __init__(self, submit, count, value):
        self.submit, self.value = submit, value
        self.to_submit = self.to_end = count
        self.lock = threading.Lock()
        self.ended = threading.Event()

    def run(self):
        for _ in range(WINDOW):
            self.next()
        self.ended.wait()

    def next(self):
        with self.lock:
            if self.to_submit == 0:
                return
            self.to_submit -= 1
        self.submit(self.value, self.end)

    # Called on a thread of the library's, or on the one that submits.
    def end(self, _):
        with self.lock:
            self.to_end -= 1
            over = self.to_end == 0
        if over:
            self.ended.set()
        else:
            self.next()


class Pools:
    """multiprocessing, and billiard, which descends from it."""

    def __init__(self, module):
        self.module = module

    def open(self):
        return self.module.Pool(WORKERS)

    def round_trip(self, pool):
        pool.apply(same, (1,))

    def submit_each(self, pool):
        return [r.get() for r in [pool.apply_async(same, (i,)) for i in range(TASKS)]]

    def submit_ways(self):
        return {
            "map, chunksize 1": lambda pool: pool.map(same, range(TASKS), 1),
            "imap_unordered, chunksize 1": lambda pool: list(pool.imap_unordered(same, range(TASKS), 1)),
            "apply_async": self.submit_each,
        }

    def map_ways(self):
        return {f"map, chunksize {chunk}": lambda pool, chunk=chunk: pool.map(same, INTS, chunk) for chunk in CHUNKS}

    def submit_with(self, pool, value, callback):
        pool.apply_async(same, (value,), callback=callback)


class Futures:
    """concurrent.futures."""

    def open(self):
        return concurrent.futures.ProcessPoolExecutor(WORKERS)

    def round_trip(self, pool):
        pool.submit(same, 1).result()

    def submit_each(self, pool):
        return [f.result() for f in [pool.submit(same, i) for i in range(TASKS)]]

    def submit_ways(self):
        return {"map, chunksize 1": lambda pool: list(pool.map(same, range(TASKS))), "submit": self.submit_each}

    def map_ways(self):
        return {
            f"map, chunksize {chunk}": lambda pool, chunk=chunk: list(pool.map(same, INTS, chunksize=chunk))
            for chunk in CHUNKS
        }

    def submit_with(self, pool, value, callback):
        pool.submit(same, value).add_done_callback(callback)


class Peer:
    """The operations that can be asked for."""

    def __init__(self, library):
        self.library = library
        self.best = {}

    def measure(self, work):
        """What `work` returns, which is given a pool that is warm."""

        def in_a_pool():
            pool = self.library.open()
            for _ in range(100):
                self.library.round_trip(pool)
            return work(pool)

        return isolated(in_a_pool)

    def fastest(self, what, ways):
        """The seconds of the fastest way, and its name."""
        if what not in self.best:
            took = {name: self.measure(lambda pool, way=way: timed(way, pool)) for name, way in ways.items()}
            self.best[what] = min(took, key=took.get)
        name = self.best[what]
        return self.measure(lambda pool: timed(ways[name], pool)), name

    def round_trip(self):
        def work(pool):
            return statistics.median(timed(self.library.round_trip, pool) for _ in range(TRIPS))

        return self.measure(work), f"one call at a time, median of {TRIPS}"

    def submit(self):
        took, name = self.fastest("submit", self.library.submit_ways())
        return took / TASKS, f"{name}, {TASKS} tasks"

    def submit_each(self):
        return self.measure(lambda pool: timed(self.library.submit_each, pool)) / TASKS, f"one by one, {TASKS} tasks"

    def map(self):
        took, name = self.fastest("map", self.library.map_ways())
        return took, f"{name}, the best of {len(CHUNKS)}"

    def echo(self):
        def work(pool):
            return timed(Windowed(lambda *a: self.library.submit_with(pool, *a), ECHOES, TEXT).run)

        took = self.measure(work)
        return took / (ECHOES * len(TEXT)), f"bytes of 1 MiB, {WINDOW} in the pool at a time"


def find(name):
    if name == "concurrent.futures":
        return Peer(Futures())
    return Peer(Pools(importlib.import_module(name)))


def main():
    peers = {}
    for line in sys.stdin:
        name, operation = line.split()
        try:
            if name not in peers:
                peers[name] = find(name)
            seconds, how = getattr(peers[name], operation)()
            print(f"{seconds:.12g} {how}", flush=True)
        except ImportError as missing:
            print(f"not installed ({missing})", flush=True)
        except Hung:
            print(f"{operation}: no answer in {DEADLINE} s, {ATTEMPTS} times", flush=True)


if __name__ == "__main__":
    main()
