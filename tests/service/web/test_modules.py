"""What the page computes itself, run where there is a JavaScript engine."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any
from urllib.parse import quote

import pytest

from tests.service.web.source import MODULES, read

NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="needs node")


# Parses without running: most modules need a document to run in.
PARSE = """
  const { SourceTextModule } = require("vm");
  const modules = JSON.parse(require("fs").readFileSync(0, "utf-8"));
  for (const [identifier, text] of Object.entries(modules)) new SourceTextModule(text, { identifier });
"""


def node(*arguments: str, given: str = "") -> str:
    """What a JavaScript program writes."""
    assert NODE is not None
    done = subprocess.run([NODE, *arguments], input=given, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(module: str, names: str, expression: str, argument: Any = None) -> Any:
    """The value of an expression over what a module without imports exports; ``given`` is the argument."""
    program = f"""
      const {{ {names} }} = await import({json.dumps("data:text/javascript," + quote(read(module)))});
      const given = {json.dumps(argument)};
      console.log(JSON.stringify({expression}));
    """
    return json.loads(node("--input-type=module", "--eval", program))


def test_every_module_can_be_parsed() -> None:
    node(
        "--no-warnings",
        "--experimental-vm-modules",
        "--eval",
        PARSE,
        given=json.dumps({name: read(name) for name in MODULES}),
    )


class TestPatch:
    @pytest.mark.parametrize(
        ("operations", "expected"),
        [
            ([{"op": "add", "path": "/b", "value": 2}], {"a": [1, 2], "b": 2}),
            ([{"op": "replace", "path": "/a/0", "value": {"c": 3}}], {"a": [{"c": 3}, 2]}),
            ([{"op": "add", "path": "/a/1", "value": 9}], {"a": [1, 9, 2]}),
            ([{"op": "add", "path": "/a/-", "value": 9}], {"a": [1, 2, 9]}),
            ([{"op": "remove", "path": "/a/0"}], {"a": [2]}),
            ([{"op": "add", "path": "/x~1y~0z", "value": None}], {"a": [1, 2], "x/y~z": None}),
            ([{"op": "replace", "path": "", "value": {"whole": True}}], {"whole": True}),
        ],
    )
    def test_changes_a_copy(self, operations: list[dict[str, Any]], expected: Any) -> None:
        document = {"a": [1, 2]}
        changed, kept = run(
            "spec/patch.js", "patched", "[patched(given[0], given[1]), given[0]]", [document, operations]
        )
        assert changed == expected
        assert kept == document

    @pytest.mark.parametrize("path", ["/c", "/a/5", "/c/d"])
    def test_refuses_what_leads_nowhere(self, path: str) -> None:
        attempt = "(() => { try { patched(given[0], given[1]); } catch (error) { return error.message; } })()"
        assert (
            run("spec/patch.js", "patched", attempt, [{"a": [1, 2]}, [{"op": "replace", "path": path, "value": 1}]])
            == path
        )


class TestPlaces:
    TEXT = '{\n  "a": {"b/c": [1, {"d": "x:y"}]},\n  "e": null\n}'

    @pytest.mark.parametrize(
        ("pointer", "found"),
        [
            ("/e", '"e": null'),
            ("/a/b~1c/0", "1"),
            ("/a/b~1c/1/d", '"d": "x:y"'),
            ("/a/b~1c/1", '{"d": "x:y"}'),
            ("/a/unknown/deep", '"a": {"b/c": [1, {"d": "x:y"}]}'),
            ("", TEXT),
        ],
    )
    def test_lead_to_a_pointer_or_what_is_above_it(self, pointer: str, found: str) -> None:
        place = run("spec/tokens.js", "locate, places", "locate(places(given[0]), given[1])", [self.TEXT, pointer])
        assert self.TEXT[place["start"] : place["end"]] == found


class TestScales:
    def test_a_logarithm_has_a_place_for_zero(self) -> None:
        made = "logarithmic(extent([0, 1e-3, 1, null], true), [0, 100])"
        places = run("plots/scale.js", "extent, logarithmic", f"[0, 1e-3, 1].map({made}.at)")
        assert places[0] == 0
        assert 0 < places[1] < places[2] == pytest.approx(100)

    @pytest.mark.parametrize("span", [[0.2, 0.9], [-3, 11], [0, 500], [5, 5]])
    def test_ticks_are_few_and_within(self, span: list[float]) -> None:
        low, high = span
        expression = "linear({ low: given[0], high: given[1] }, [0, 1]).ticks(5)"
        ticks = run("plots/scale.js", "linear", expression, span)
        room = 0 if high > low else 1
        assert 2 <= len(ticks) <= 7
        assert low - room <= min(ticks) <= max(ticks) <= high + room

    def test_places_and_values_agree(self) -> None:
        for kind in ("linear", "logarithmic"):
            back = run(
                "plots/scale.js",
                kind,
                f"(() => {{ const s = {kind}({{ low: 1e-6, high: 2 }}, [300, 0], 0.1); return s.invert(s.at(0.01)); }})()",
            )
            assert back == pytest.approx(0.01)


class TestContour:
    def test_follows_the_level(self) -> None:
        grid = [[0, 0, 1], [0, 0, 1], [0, 0, 1]]
        segments = run("plots/contour.js", "contour", "contour(given, 0.5)", grid)
        assert len(segments) == 2
        assert {place for segment in segments for place in segment[::2]} == {1.5}

    def test_leaves_out_what_is_not_finite(self) -> None:
        assert run("plots/contour.js", "contour", "contour(given, 0.5)", [[0, None], [0, 1]]) == []


class TestEvents:
    TEXT = 'id: 7\r\nevent: progress\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: heartbeat\r\n\r\nevent: end\ndata:x\n\ndata: unfinished'

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
    def test_are_whole_however_the_text_is_cut(self, size: int) -> None:
        pieces = [self.TEXT[start : start + size] for start in range(0, len(self.TEXT), size)]
        read_all = "(() => { const found = []; const take = eventReader((event) => found.push(event)); given.forEach(take); return found; })()"
        assert run("core/lines.js", "eventReader", read_all, pieces) == [
            {"type": "progress", "data": '{"a":\n1}', "id": "7"},
            {"type": "end", "data": "x", "id": None},
        ]


def test_the_nearest_epoch_is_found() -> None:
    found = run("plots/cursor.js", "nearest", "[-5, 0, 3, 4, 7, 99].map((value) => nearest([0, 2, 6, 8], value))")
    assert found == [0, 0, 1, 1, 2, 3]
    assert run("plots/cursor.js", "nearest", "nearest([], 3)") == -1
