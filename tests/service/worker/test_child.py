"""A warm child, and the protocol with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from models.events import Checkpoint, Epochs, Event, Failed, Finished, Started
from models.specs.canonical import canonical
from models.specs.check import parse
from service.settings import Settings
from service.worker import child
from service.worker.child import Child, State
from service.worker.interruptions import ChildDied, ProtocolError
from tests.service.worker.agents import until
from tests.service.worker.desk import ENDLESS, document

SPEC = canonical(parse(document(epochs=3)))
LONG = canonical(parse(document(epochs=ENDLESS)))

READY = '{"type":"ready","versions":{}}'
STARTED = '{"type":"started","epochs":1,"train_rows":1,"test_rows":1,"layers":[],"metrics":[]}'
RESUMED = STARTED.replace('"epochs":1', '"epochs":9,"epoch":%d')
EPOCHS = '{"type":"epochs","first":%d,"count":1,"history":{}}'
CHECKPOINT = '{"type":"checkpoint","epoch":%d,"sha256":"","content":""}'


def next_event(child: Child) -> Event:
    """The next event, waited for."""
    for _ in range(600):
        event = child.read(0.1)
        if event is not None:
            return event
    raise AssertionError("the child says nothing")


def listen(child: Child) -> None:
    """Listen until it raises."""
    while True:
        next_event(child)


def training(child: Child) -> list[Event]:
    """All that a child says about the spec that it was asked to train."""
    events = [next_event(child)]
    while not isinstance(events[-1], Finished | Failed):
        events.append(next_event(child))
    return events


@pytest.fixture(scope="module")
def settings(cache: Path) -> Settings:
    """Settings with the test run's cache."""
    return Settings(cache_dir=cache, checkpoint_seconds=0)


@pytest.fixture(scope="module")
def warm(settings: Settings) -> Iterator[Child]:
    """A child that is ready."""
    made = Child(settings)
    next_event(made)
    yield made
    made.kill()


@pytest.mark.slow
class TestRealChild:
    def test_it_trains_one_spec_after_the_other(self, warm: Child) -> None:
        for _ in range(2):
            warm.ask(SPEC)
            events = training(warm)
            assert isinstance(events[0], Started)
            assert isinstance(events[-1], Finished)
            assert sum(event.count for event in events if isinstance(event, Epochs)) == 3
        assert warm.state is State.READY
        assert warm.alive

    def test_it_goes_on_from_a_checkpoint(self, warm: Child) -> None:
        warm.ask(SPEC)
        whole = training(warm)
        checkpoint = next(event for event in whole if isinstance(event, Checkpoint))
        warm.ask(SPEC, checkpoint)
        started, following, *_, finished = training(warm)
        assert isinstance(started, Started)
        assert isinstance(following, Epochs)
        assert (started.epoch, following.first) == (checkpoint.epoch, checkpoint.epoch + 1)
        assert isinstance(finished, Finished)
        assert isinstance(whole[-1], Finished)
        assert finished.weights_digest == whole[-1].weights_digest

    def test_it_begins_anew_where_a_checkpoint_is_damaged(self, warm: Child) -> None:
        warm.ask(SPEC, Checkpoint.of(2, b"damaged"))
        started, following, *_ = training(warm)
        assert isinstance(started, Started)
        assert isinstance(following, Epochs)
        assert (started.epoch, following.first, following.count) == (0, 1, 0)

    def test_it_lets_the_api_go_first(self, warm: Child) -> None:
        assert psutil.Process(warm.pid).nice() == child.NICENESS
        group = Path(f"/proc/{warm.pid}/autogroup")  # only where the kernel schedules sessions as groups
        if group.exists():
            assert f"nice {child.NICENESS}" in group.read_text(encoding="ascii")

    def test_where_memory_is_short_it_ends_before_its_agent(self, warm: Child) -> None:
        here, there = (
            int(Path(f"/proc/{process}/oom_score_adj").read_text(encoding="ascii")) for process in ("self", warm.pid)
        )
        assert there == min(1000, here + 500)

    def test_it_is_gone_when_it_was_killed_in_its_training(self, settings: Settings) -> None:
        made = Child(settings)
        next_event(made)
        made.ask(LONG)
        while not isinstance(next_event(made), Epochs):
            assert made.alive
        assert made.memory() > 50 * 2**20
        psutil.Process(made.pid).kill()
        with pytest.raises(ChildDied, match="signal 9"):
            listen(made)
        assert not made.alive
        assert made.state is State.DEAD
        assert made.memory() == 0

    def test_it_dies_with_its_agent(self) -> None:
        script = (
            "from service.settings import Settings\nfrom service.worker.child import Child\n"
            "child = Child(Settings())\nprint(child.pid, flush=True)\ninput()"
        )
        command = [sys.executable, "-c", script]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as agent:
            assert agent.stdout is not None
            orphan = psutil.Process(int(agent.stdout.readline()))
            until(lambda: "models" in orphan.cmdline())  # the leash has become the program
            agent.kill()
        until(lambda: not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE, 5)


class TestProtocol:
    """With a program that says what it may not say, in place of the real one."""

    @pytest.fixture
    def saying(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The lines that a child will say; the first is said at once, the others when it is asked."""
        lines: list[str] = []
        script = tmp_path / "program.py"

        def command(_settings: Settings) -> list[str]:
            script.write_text(
                f"import sys\nlines = {lines!r}\nprint(lines[0], flush=True)\nsys.stdin.readline()\n"
                "print(*lines[1:], sep='\\n', flush=True)\nprint('last words', file=sys.stderr)\n"
            )
            return [sys.executable, "-S", str(script)]

        monkeypatch.setattr(child, "command", command)
        return lines

    @pytest.mark.parametrize(
        "said",
        [
            pytest.param([EPOCHS % 1], id="trains before it has started"),
            pytest.param([STARTED, STARTED], id="starts twice"),
            pytest.param([STARTED, EPOCHS % 2], id="leaves an epoch out"),
            pytest.param([STARTED, EPOCHS % 1, EPOCHS % 1], id="says an epoch twice"),
            pytest.param([RESUMED % 2], id="goes on from nowhere"),
            pytest.param([CHECKPOINT % 0], id="says a checkpoint before it has started"),
            pytest.param([STARTED, EPOCHS % 1, CHECKPOINT % 2], id="says a checkpoint of an epoch to come"),
            pytest.param([READY], id="is ready in its training"),
            pytest.param(["warning: deprecated"], id="says no event"),
            pytest.param(['{"type":"finished"}'], id="leaves members out"),
        ],
    )
    def test_a_child_that_breaks_it_is_killed(self, settings: Settings, saying: list[str], said: list[str]) -> None:
        saying += [READY, *said]
        made = Child(settings)
        next_event(made)
        made.ask(SPEC)
        with pytest.raises(ProtocolError):
            listen(made)
        assert made.state is State.DEAD
        assert not psutil.pid_exists(made.pid)

    @pytest.mark.parametrize(
        "said",
        [
            pytest.param([RESUMED % 4], id="goes on from another checkpoint"),
            pytest.param([RESUMED % 7, EPOCHS % 1], id="begins anew after it went on"),
            pytest.param([RESUMED % 0, EPOCHS % 8], id="goes on after it began anew"),
        ],
    )
    def test_a_child_that_loses_its_place_is_killed(
        self, settings: Settings, saying: list[str], said: list[str]
    ) -> None:
        saying += [READY, *said]
        made = Child(settings)
        next_event(made)
        made.ask(SPEC, Checkpoint.of(7, b""))
        with pytest.raises(ProtocolError):
            listen(made)

    def test_a_child_may_go_on_from_its_checkpoint_or_begin_anew(self, settings: Settings, saying: list[str]) -> None:
        for said in ([RESUMED % 7, EPOCHS % 8, CHECKPOINT % 8], [RESUMED % 0, EPOCHS % 1, CHECKPOINT % 1]):
            saying[:] = [READY, *said]
            made = Child(settings)
            next_event(made)
            made.ask(SPEC, Checkpoint.of(7, b""))
            assert [next_event(made).type for _ in said] == ["started", "epochs", "checkpoint"]
            made.kill()

    def test_a_child_that_speaks_before_it_is_ready_is_killed(self, settings: Settings, saying: list[str]) -> None:
        saying += [STARTED]
        made = Child(settings)
        with pytest.raises(ProtocolError, match="while starting"):
            next_event(made)

    def test_one_that_ends_in_its_training_has_died_with_last_words(
        self, settings: Settings, saying: list[str]
    ) -> None:
        saying += [READY, STARTED]
        made = Child(settings)
        next_event(made)
        made.ask(SPEC)
        next_event(made)
        with pytest.raises(ChildDied, match="exit code 0"):
            next_event(made)
        assert made.log_tail() == "last words"

    def test_one_that_is_gone_cannot_be_asked(self, settings: Settings, saying: list[str]) -> None:
        saying += [READY]
        made = Child(settings)
        next_event(made)
        psutil.Process(made.pid).kill()
        until(lambda: not made.alive)
        with pytest.raises(ChildDied, match="signal 9"):
            made.ask(SPEC)
