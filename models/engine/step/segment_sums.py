"""Sums neighbouring columns: the entries of each variable in a vector of many.

Variables of one size that follow each other are added up in one operation: to a small network each operation costs more
than its arithmetic, when it is traced, when it is compiled and when it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import tensorflow as tf


def segment_sums(rows: Any, sizes: Sequence[int]) -> Any:
    """(…, L) the sums of (…, U) over L spans of its columns.

    Args:
        rows: (…, U); what is not finite in one span stays out of the others.
        sizes: L widths that add up to U.

    Example:
        >>> segment_sums(tf.constant([1.0, 2.0, 3.0, 4.0, 5.0]), [2, 2, 1]).numpy().tolist()
        [3.0, 7.0, 5.0]
    """
    lead = rows.shape[:-1]
    runs = [(size, len(list(same))) for size, same in groupby(sizes)]
    parts = tf.split(rows, [size * count for size, count in runs], -1) if len(runs) > 1 else [rows]
    added = [
        tf.reduce_sum(tf.reshape(part, [*lead, count, size]), -1) if size > 1 else part
        for part, (size, count) in zip(parts, runs, strict=True)
    ]
    return tf.concat(added, -1) if len(added) > 1 else added[0]
