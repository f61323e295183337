"""Runs a program that gets a signal when its parent process dies (``PR_SET_PDEATHSIG``), at a lower priority.

Usage: ``python -I -S parent_death.py PARENT_PID SIGNAL NICENESS PROGRAM [ARGUMENT…]``. A file without imports of ours,
because it is run by path: the setting survives ``execve``, and so needs no code between a fork and an exec in a program
with threads. The kernel sends the signal when the *thread* that started this program ends.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def tied_to_parent(ending: signal.Signals, niceness: int, *program: str) -> list[str]:
    """The command that runs ``program`` tied to this process, which must be the one that starts it.

    Args:
        ending: the signal that it gets when the thread that starts it ends.
        niceness: how much lower its priority is than this process's, for time and for memory.
        program: the program's path and its arguments.
    """
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(ending)), str(niceness), *program]


def lower_priority(niceness: int) -> None:
    """Let processes of a smaller niceness go first; where memory is short, let the kernel end this one first.

    Linux may schedule each session as a group (see sched(7), autogroups): niceness then counts only among the
    processes of a group, and the groups have one of their own. psutil sets neither a group's nor a process's score.
    """
    os.nice(niceness)
    with suppress(OSError), Path("/proc/self/autogroup").open("w", encoding="ascii") as group:
        group.write(str(os.nice(0)))
    with suppress(OSError):
        score = Path("/proc/self/oom_score_adj")
        score.write_text(str(min(1000, int(score.read_text(encoding="ascii")) + 100 * niceness)), encoding="ascii")


def main() -> None:
    """Tie this process to its parent, then become the program."""
    parent, ending, niceness = map(int, sys.argv[1:4])
    program = sys.argv[4:]
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ending, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        sys.exit(1)
    lower_priority(niceness)
    os.execv(program[0], program)  # noqa: S606 - the agent's own command


if __name__ == "__main__":
    main()
