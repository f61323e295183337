"""What a model has answered."""

from __future__ import annotations

from service.inference.statistics import MOST_SIZES, Phases, Statistics


def test_phases_add_up() -> None:
    statistics = Statistics()
    statistics.succeeded(3, Phases(1, 20, 300))
    statistics.succeeded(3, Phases(1, 20, 300))
    statistics.failed(7)
    document = statistics.document("rings", "2")
    assert (document["name"], document["version"], document["inference_count"]) == ("rings", "2", 6)
    assert document["inference_stats"]["success"] == {"count": 2, "ns": 642}
    assert document["inference_stats"]["fail"] == {"count": 1, "ns": 7}
    assert document["batch_stats"] == [
        {
            "batch_size": 3,
            "compute_input": {"count": 2, "ns": 2},
            "compute_infer": {"count": 2, "ns": 40},
            "compute_output": {"count": 2, "ns": 600},
        }
    ]


def test_few_sizes_are_counted_one_by_one() -> None:
    statistics = Statistics()
    for rows in range(1, 2 * MOST_SIZES):
        statistics.succeeded(rows, Phases(1, 1, 1))
    document = statistics.document("rings", "1")
    assert [batch["batch_size"] for batch in document["batch_stats"]] == list(range(1, MOST_SIZES + 1))
    assert document["execution_count"] == 2 * MOST_SIZES - 1
