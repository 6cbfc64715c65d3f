"""Taking turns with other processes on the same cores.

The other side is a program that starts all contestants. One line of JSON on stdout says what
happened; one line on stdin asks for the next turn. README.md describes the lines.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

WARM_UP_STEPS = 3


def arguments(description: str) -> argparse.ArgumentParser:
    """What every contestant is told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--folder", type=Path, required=True, help="the case's folder")
    parser.add_argument("--precision", choices=["f32", "tf32", "bf16"], default="f32")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--secs", type=float, default=3.0, help="length of a turn")
    return parser


def take_turns(ready: dict, step: Callable[[], None], secs: float) -> None:
    """Says what is ready and then, for each line on stdin, makes steps for `secs`."""
    for _ in range(WARM_UP_STEPS):
        step()
    say({"ready": ready})
    for _ in sys.stdin:
        say({"round": one_round(step, secs)})


def say(message: dict) -> None:
    print(json.dumps(message), flush=True)


def one_round(step: Callable[[], None], secs: float) -> dict:
    """At least one step."""
    durations = []
    start = time.perf_counter()
    while not durations or time.perf_counter() - start < secs:
        before = time.perf_counter()
        step()
        durations.append(time.perf_counter() - before)
    return {
        "secs_per_step": statistics.median(durations),
        "steps": len(durations),
        "peak_rss_bytes": peak_rss_bytes(),
    }


def peak_rss_bytes() -> int:
    with open("/proc/self/status") as status:
        [line] = [line for line in status if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024
