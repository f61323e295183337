"""Hidden seeds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.specs import limits
from service.grading.rubric.seeds import hidden_seeds


@given(st.binary(min_size=1), st.text(max_size=50), st.integers(0, 30), st.integers(0, 30))
def test_a_longer_list_begins_with_the_shorter_one(secret: bytes, name: str, first: int, count: int) -> None:
    whole = hidden_seeds(secret, name, first + count)
    assert hidden_seeds(secret, name, count, first) == whole[first:]
    assert len(set(whole)) == len(whole) == first + count
    assert all(0 <= seed <= limits.MAX_SEED for seed in whole)


def test_secret_and_assignment_decide() -> None:
    known = [hidden_seeds(secret, name, 4) for secret in (b"a", b"b") for name in ("asg_1", "asg_2")]
    assert len({seed for seeds in known for seed in seeds}) == 16


def test_they_stay_the_same_for_ever() -> None:
    """Stored grades name their seeds: another derivation would be another assignment."""
    assert hidden_seeds(b"secret", "asg_1", 3) == [732808988, 777926426, 1499856374]
