"""Agents are judged by what was watched without a gap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from service.worker.lookout import Lookout

BEAT = datetime(2026, 1, 1, tzinfo=UTC)


def test_an_agent_that_beats_is_never_silent() -> None:
    lookout = Lookout(4.0)
    for second in range(20):
        assert lookout.silent({"a": BEAT + timedelta(seconds=second)}, float(second)) == []


def test_silence_is_measured_with_our_clock_from_when_we_first_saw_the_beat() -> None:
    lookout = Lookout(4.0)
    old = BEAT - timedelta(days=300)  # its clock may be wrong
    assert lookout.silent({"a": old}, 100.0) == []
    assert lookout.silent({"a": old}, 104.0) == []
    assert lookout.silent({"a": old}, 104.1) == ["a"]


def test_one_silent_agent_does_not_hide_another_that_beats() -> None:
    lookout = Lookout(4.0)
    lookout.silent({"a": BEAT, "b": BEAT}, 0.0)
    assert lookout.silent({"a": BEAT, "b": BEAT + timedelta(seconds=5)}, 5.0) == ["a"]


def test_after_a_gap_everybody_gets_the_whole_time_again() -> None:
    lookout = Lookout(4.0)
    lookout.silent({"a": BEAT}, 0.0)
    lookout.forget()
    assert lookout.silent({"a": BEAT}, 100.0) == []
    assert lookout.silent({"a": BEAT}, 103.0) == []
    assert lookout.silent({"a": BEAT}, 105.0) == ["a"]


def test_an_agent_that_left_and_came_back_is_seen_anew() -> None:
    lookout = Lookout(4.0)
    lookout.silent({"a": BEAT}, 0.0)
    lookout.silent({}, 3.0)
    assert lookout.silent({"a": BEAT}, 6.0) == []
