"""The quick way to read rows, and the careful one."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from models.signature import Signature
from service.errors import Invalid, Unreadable
from service.inference.predictions import rows
from tests.service.inference.networks.test_network import network

PLAIN = ['{"rows": [[1, 2.5]]}', '{"rows":[[1e3,-2],[0.0,12345678901234567890123]]}', '\t{ "rows" :\n[[1, 2]] } ']
CAREFUL = [
    '{"rows": [[1, true]]}',
    '{"rows": [[1, null]]}',
    '{"rows": [[1, "2"]]}',
    '{"rows": [[1, 2], [3]]}',
    '{"rows": [[1, NaN]]}',
    '{"rows": [[1, 1e999]]}',
    '{"rows": []}',
    '{"rows": 1}',
    '{"rows": [[[1], [2]]]}',
    '{"rows": [[1, 2]], "rows": [[3, 4]]}',
    '{"records": [[1, 2]]}',
    '["rows"]',
]


def signature() -> Signature:
    return network("circles").signature


@pytest.mark.parametrize("text", PLAIN)
def test_plain_rows_are_read_quickly_and_equally(text: str) -> None:
    quick = rows._plain(text.encode())
    assert quick is not None
    careful = rows.read(json.loads(text), signature())
    np.testing.assert_array_equal(quick, careful)
    np.testing.assert_array_equal(rows.parse(text.encode(), signature()), careful)


@pytest.mark.parametrize("text", CAREFUL)
def test_everything_else_is_read_carefully(text: str) -> None:
    assert rows._plain(text.encode()) is None
    with pytest.raises(Invalid):
        rows.parse(text.encode(), signature())


def test_rows_of_another_width_are_told_so() -> None:
    assert rows._plain(b'{"rows": [[1, 2, 3]]}') is not None
    with pytest.raises(Invalid, match="a row has 2 numbers, received 3"):
        rows.parse(b'{"rows": [[1, 2, 3]]}', signature())


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"rows": [[1, 2]]'])
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises(Unreadable):
        rows.parse(body, signature())


def test_a_document_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_ROWS", 2)
    document: dict[str, Any] = {"rows": [[1, 2]] * 3}
    for block in (rows.BLOCK, 1):
        monkeypatch.setattr(rows, "BLOCK", block)
        with pytest.raises(Invalid, match="at most 2 at once, received 3"):
            rows.parse(json.dumps(document).encode(), signature())


@pytest.mark.parametrize("block", [1, 3, 10, 1000])
@pytest.mark.parametrize(
    "text",
    [
        *PLAIN,
        *CAREFUL,
        '{"rows": [[1, 2], [3, 4],[5,6] , [7, 8]]}',
        '{"rows": [[1, 2], [3, 4], [5]]}',
        '{"rows": [[1, 2], [3, 4],]}',
        '{"rows": [[1, 2], [3, 4], ]}',
        '{"rows": [[1, 2],, [3, 4]]}',
        '{"rows": [[1, 2] [3, 4]]}',
        '{"rows": [[1, 2], 3, [3, 4]]}',
        '{"rows": [[1, 2], {}, [3, 4]]}',
        '{"rows": [[1, 2]]]}',
        '{"rows": [[[1, 2]]]}',
        '{"rows": [[1, 2]], [[3, 4]]}',
        '{"rows": [[1, 2], [[3], [4]]]}',
        '{"rows": [[1, 2], []]}',
        '{"rows": [[1, 2]]} {}',
        '{"rows": [[1, 2]]\f}',
    ],
)
def test_rows_in_blocks_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch, text: str, block: int) -> None:
    whole = rows._plain(text.encode())
    monkeypatch.setattr(rows, "BLOCK", block)
    in_blocks = rows._plain(text.encode())
    if whole is None:
        assert in_blocks is None
    else:
        assert in_blocks is not None
        np.testing.assert_array_equal(in_blocks, whole)
