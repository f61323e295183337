"""The board: who stands where, and under which name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.grading.rubric.leaderboard import GradedSubmission, leaderboard, pseudonym

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = b"the server's"


def entrant(author: str, score: float, minutes: int, submission: str = "") -> GradedSubmission:
    return GradedSubmission(submission or f"sub_{author}_{minutes}", author, score, NOON + timedelta(minutes=minutes))


def test_the_best_submission_of_each_counts_and_the_earlier_wins_a_tie() -> None:
    entrants = [
        entrant("ana", 70, 0),
        entrant("bea", 90, 5),
        entrant("ana", 90, 3),
        entrant("ana", 90, 9),
        entrant("carl", 20, 1),
    ]
    places = leaderboard(entrants, SECRET, "asg_1")
    assert [(place.rank, place.author, place.score, place.submission) for place in places] == [
        (1, "ana", 90, "sub_ana_3"),
        (2, "bea", 90, "sub_bea_5"),
        (3, "carl", 20, "sub_carl_1"),
    ]


def test_names_are_stable_in_an_assignment_and_others_elsewhere() -> None:
    name = pseudonym(SECRET, "asg_1", "ana")
    assert name == pseudonym(SECRET, "asg_1", "ana")
    others = {
        pseudonym(SECRET, "asg_2", "ana"),
        pseudonym(b"another", "asg_1", "ana"),
        pseudonym(SECRET, "asg_1", "Ana"),
    }
    assert len(others | {name}) == 4
    assert re.fullmatch(r"[a-z]+-[a-z]+-[a-z0-9]{6}", name)


def test_a_large_class_shares_no_name() -> None:
    assert len({pseudonym(SECRET, "asg_1", f"student {number}") for number in range(5000)}) == 5000


scores = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.floats(0, 100), st.integers(0, 50)), unique_by=lambda each: each[::2]
)


@given(scores)
def test_every_author_stands_once_in_an_order_that_only_scores_and_times_decide(
    made: list[tuple[str, float, int]],
) -> None:
    entrants = [entrant(*each) for each in made]
    places = leaderboard(entrants, SECRET, "asg_1")
    assert leaderboard(entrants[::-1], SECRET, "asg_1") == places
    assert [place.rank for place in places] == list(range(1, len({each[0] for each in made}) + 1))
    assert {place.author for place in places} == {each[0] for each in made}
    assert all((-one.score, one.at) <= (-other.score, other.at) for one, other in pairwise(places))
    for place in places:
        assert place.score == max(each.score for each in entrants if each.author == place.author)
        assert not any(
            each.score == place.score and each.at < place.at for each in entrants if each.author == place.author
        )
