#!/usr/bin/env python3
# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

"""A worker without any library: it counts primes, and tells its supervisor through the worker page.

    python_worker.py [HOW_MANY]     tests so many numbers (without end if not given), or until SIGTERM

Run it with `command = {"python3", "python_worker.py"}` and a heartbeat (or `shared_page = true`), and the
supervisor sees its beats, its counter `processed` and its flag `connected`. It runs without one just as well.
doc/worker_page.md tells what every byte means.
"""

import mmap
import os
import signal
import sys
import threading


class WorkerPage:
    """The page whose descriptor a supervisor passes in REEVE_PAGE_FD; private memory where there is none."""

    SIZE, SLOTS, NAME_SIZE = 4096, 64, 40
    BEATS, STAGE, VALUES = 64 // 8, 128 // 8, 512 // 8  # indexes of 64-bit words
    ENTRIES, ENTRY_SIZE = 1024, 48  # in bytes
    COUNTER, FLAG = 1, 2
    READY, STOPPING = 1, 2

    def __init__(self):
        fd = os.environ.pop("REEVE_PAGE_FD", None)
        if fd is None:
            self._bytes = memoryview(bytearray(self.SIZE))
        else:
            self._bytes = memoryview(mmap.mmap(int(fd), self.SIZE))
            os.close(int(fd))
            if self._bytes[:8] != b"REEVEPG1" or self._bytes.cast("Q")[1] != 1:
                raise RuntimeError("REEVE_PAGE_FD is no worker page of version 1")
        self._words = self._bytes.cast("Q")  # each store through it is one aligned store of 8 bytes
        self._lock = threading.Lock()

    def beat(self):
        self._words[self.BEATS] += 1

    def set_stage(self, stage):
        self._words[self.STAGE] = stage

    def slot(self, name, kind):
        """Takes the next free slot; returns the index for `add` and `set`. Once for each name, from one thread."""
        encoded = name.encode("ascii")
        if not 0 < len(encoded) < self.NAME_SIZE or not name.isprintable():
            raise ValueError(f"no name for a counter or a flag: {name!r}")
        kinds = [(self.ENTRIES + i * self.ENTRY_SIZE + self.NAME_SIZE) // 8 for i in range(self.SLOTS)]
        index = next(i for i in range(self.SLOTS) if self._words[kinds[i]] == 0)
        start = self.ENTRIES + index * self.ENTRY_SIZE
        # The name must be seen before the kind is: a lock that is given back and taken again between the two
        # keeps them in order on every processor.
        with self._lock:
            self._bytes[start : start + self.NAME_SIZE] = encoded.ljust(self.NAME_SIZE, b"\0")
        with self._lock:
            self._words[kinds[index]] = kind
        return self.VALUES + index

    def add(self, slot, n=1):
        self._words[slot] += n  # not atomic in Python: one thread to a counter

    def set(self, slot, value):
        self._words[slot] = value


def is_prime(n):
    return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))


def main():
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else None
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    page = WorkerPage()
    processed = page.slot("processed", page.COUNTER)
    connected = page.slot("connected", page.FLAG)
    page.set(connected, 1)
    page.set_stage(page.READY)

    n = primes = 0
    while not stop.is_set() and n != how_many:
        primes += is_prime(n)
        n += 1
        page.add(processed)
        page.beat()

    page.set_stage(page.STOPPING)
    page.set(connected, 0)
    print(f"{primes} primes among {n} numbers", flush=True)


if __name__ == "__main__":
    main()
