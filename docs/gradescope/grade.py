"""Has a student's config.json graded by a Gradient Clinic, and writes Gradescope's results.json.

Only the standard library is needed. Whatever goes wrong, results.json says what to do. What a student can mend gives
no points; what is ours to mend gives no score at all, and Gradescope then keeps none.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

HOME = Path(os.environ.get("AUTOGRADER_HOME", "/autograder"))
FILE = "config.json"
PATIENCE = float(os.environ.get("CLINIC_PATIENCE") or 2)  # seconds from one look to the next
ANSWER = 60.0  # seconds that one answer may take
BUSY = 429
AWAY = {408, 425, 500, 502, 503, 504}  # statuses after which the same request may succeed


class Mistake(Exception):
    """The student can mend it: no points."""


class Failure(Exception):
    """It is ours or the teacher's to mend: no score."""


class Limit(Failure):
    """The author has had all tries, for now: no score."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key is shown to the address that was given, and to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Clinic:
    """A Gradient Clinic, until a deadline."""

    def __init__(self, url: str, key: str, seconds: float) -> None:
        self.url = url.rstrip("/")
        self.key = key
        self.ends = time.monotonic() + seconds
        self.opener = urllib.request.build_opener(_NoRedirect)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and document of an answer; asked again while the Clinic is away."""
        while True:
            try:
                status, document, later = self._once(method, path, body)
                if status == BUSY and time.monotonic() + later < self.ends:  # another submission is being graded
                    time.sleep(max(later, PATIENCE))  # the server said how long; there is nothing here to wait on
                    continue
                if status not in AWAY:
                    return status, document
                reason = f"it answered {status}"
            except (OSError, ValueError) as error:  # no connection; an answer that is not JSON
                reason = str(error)
            self.wait(f"The Clinic at {self.url} cannot be reached just now ({reason}).")

    def wait(self, otherwise: str) -> None:
        """Let some time pass, or fail with a reason where there is none left."""
        if time.monotonic() + PATIENCE > self.ends:
            raise Failure(otherwise)
        time.sleep(PATIENCE)  # nothing tells a client that a server is back

    def _once(self, method: str, path: str, body: Any) -> tuple[int, Any, float]:
        """Status, document, and seconds until another try pays."""
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self.key}"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        try:
            with self.opener.open(request, timeout=ANSWER) as answer:
                return answer.status, json.load(answer), 0.0
        except urllib.error.HTTPError as error:
            text = error.read().decode("utf-8", "replace")
            later = error.headers.get("Retry-After", "")
            try:
                document = json.loads(text)
            except ValueError:
                document = {"detail": text[:500]}
            return error.code, document, float(later) if later.isdecimal() else 0.0


def main() -> int:
    """Grade, and write what came of it."""
    try:
        results, code = grade(), 0
    except Mistake as mistake:
        results, code = {"score": 0, "output": f"No points: {mistake}"}, 0
    except Exception as error:  # noqa: BLE001 - whatever it is, results.json must be written
        traceback.print_exc()  # which only teachers see
        reason = str(error) if isinstance(error, Failure) else f"The grader broke: {type(error).__name__}."
        output = f"{reason}\n\nThis is not your fault, and no score has been given. Submit again later, or tell your "
        results, code = {"output": output + "teacher, who can run the autograder again."}, 1
        if isinstance(error, Limit):
            results, code = {"output": f"{reason}\n\nNo score has been given; earlier ones stay."}, 1
    write({"output_format": "text", "stdout_visibility": "hidden", **results})
    return code


def write(results: dict[str, Any]) -> None:
    """Write results.json whole or not at all."""
    folder = HOME / "results"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "results.json.new"
    draft.write_text(json.dumps(results, indent=1), encoding="utf-8")
    draft.replace(folder / "results.json")


def grade() -> dict[str, Any]:
    """The results of everything that the file holds."""
    config = config_file()
    who = metadata()
    assignment = urllib.parse.quote(setting("CLINIC_ASSIGNMENT"), safe="")
    seconds = float(os.environ.get("CLINIC_TIMEOUT") or 540)
    clinic = Clinic(setting("CLINIC_URL"), setting("CLINIC_KEY"), seconds)
    specs = config.get("specs") if isinstance(config, dict) else None
    count = max(1, len(specs)) if isinstance(specs, list) else 1
    graded: list[tuple[int, dict[str, Any]]] = []
    notes: list[str] = late(who)
    for part in range(count):
        body = {"author": author(who), "config": config, "part": part}
        try:
            graded.append((part, submission(clinic, f"/assignments/{assignment}/submissions", body)))
        except Mistake as mistake:
            if count == 1:
                raise
            notes.append(f"Spec {part + 1}: no points. {mistake}")
        except Limit as limit:
            if not graded:
                raise
            notes.append(f"Specs from {part + 1} on were not graded. {limit}")
            break
    if not graded:
        raise Mistake("\n".join(notes))
    return together(graded, notes, count)


def submission(clinic: Clinic, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Submit one spec and wait for its results; one that was graded before costs no try."""
    status, answer = clinic.ask("POST", path, body)
    if status in {400, 413, 422}:
        raise Mistake(refusal(answer))
    if status == BUSY:
        raise Limit(str(answer.get("detail", "All tries are used up for now.")))
    if status not in {200, 202}:
        raise Failure(f"The Clinic did not take the submission ({status}): {answer.get('detail', '')}")
    made = f"/submissions/{answer['id']}"
    while answer["status"] in {"queued", "grading"}:
        clinic.wait("The submission is still being graded; its result is kept.")
        status, answer = clinic.ask("GET", made)
        if status != 200:
            raise Failure(f"The Clinic lost sight of the submission ({status}): {answer.get('detail', '')}")
    if answer["status"] != "graded":
        raise Failure(f"The submission could not be graded: it is {answer['status']}.")
    language = os.environ.get("CLINIC_LANGUAGE") or "en"
    status, results = clinic.ask("GET", f"{made}/results?format=gradescope&language={language}")
    if status != 200 or not isinstance(results, dict):
        raise Failure(f"The Clinic did not give the results ({status}).")
    if "score" not in results:
        json.dump(results, sys.stderr, indent=1)  # which only teachers see
        raise Failure("A check could not be marked.")
    return results


def together(graded: list[tuple[int, dict[str, Any]]], notes: list[str], count: int) -> dict[str, Any]:
    """One document of several: that of the spec with the most points in what is visible at once, the last of equals.

    Neither the choice nor the list tells of tests that are not shown yet.
    """
    best, results = max(graded, key=lambda entry: (points(entry[1]), entry[0]))
    if count > 1:
        listed = [f"Spec {part + 1}: {points(found):g} points in the visible checks." for part, found in graded]
        notes = [*listed, *notes, f"Spec {best + 1} counts."]
    words = [text for text in ("\n".join(notes), results.get("output", "")) if text]
    return {**results, "output": "\n\n".join(words)}


def points(results: dict[str, Any]) -> float:
    """The points of the tests that are visible at once."""
    return sum(test.get("score", 0) for test in results.get("tests", []) if test.get("visibility") == "visible")


def config_file() -> Any:
    """What the student has handed in."""
    path = HOME / "submission" / os.environ.get("CLINIC_FILE", FILE)
    if not path.is_file():
        raise Mistake(f"hand in a file with the name {path.name}.")
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=not_json)
    except (ValueError, RecursionError) as error:
        raise Mistake(f"{path.name} is not JSON: {error}") from error


def not_json(word: str) -> Any:
    """Refuse NaN and the infinities."""
    raise ValueError(f"{word} is not a JSON number")


def metadata() -> dict[str, Any]:
    """What Gradescope says of the submission."""
    try:
        document = json.loads((HOME / "submission_metadata.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Failure(f"Gradescope's submission_metadata.json cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise Failure("Gradescope's submission_metadata.json is no object.")
    return document


def author(who: dict[str, Any]) -> str:
    """Whose submission it is; a group is one author, whoever of it submits."""
    kind = os.environ.get("CLINIC_AUTHOR") or "email"
    names = sorted(str(user.get(kind) or user.get("id") or "") for user in who.get("users") or [])
    name = "+".join(filter(None, names))
    if not name:
        raise Failure("Gradescope's submission_metadata.json names no author.")
    return name if len(name) <= 200 else "+".join(sorted(str(user.get("id")) for user in who["users"]))[:200]


def late(who: dict[str, Any]) -> list[str]:
    """A word where Gradescope takes the submission for late; what that costs is set there."""
    own = next((user.get("assignment") for user in who.get("users") or [] if user.get("assignment")), None)
    due = (own or who.get("assignment") or {}).get("due_date")
    made = who.get("created_at")
    try:
        after = bool(due and made) and moment(made) > moment(due)
    except ValueError:  # a time that is written in another way
        after = False
    return [f"Handed in after the due date, {due}."] if after else []


def moment(text: str) -> float:
    """A time as Gradescope writes it, in seconds."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()  # noqa: FURB162 - for Python before 3.11


def setting(name: str) -> str:
    """A setting of clinic.env that must be there."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise Failure(f"{name} is not set in the autograder's clinic.env.")
    return value


def refusal(answer: Any) -> str:
    """Why the Clinic refuses a file, with the places in it."""
    faults = answer.get("errors") or []
    lines = [f"{fault.get('pointer', '').removeprefix('/config') or 'file'}: {fault.get('detail')}" for fault in faults]
    return "\n".join(["the file was refused.", *(lines or [str(answer.get("detail", ""))])])


if __name__ == "__main__":
    sys.exit(main())
