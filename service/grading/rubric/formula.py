"""Computes a grade by a formula of the checks' scores, in the Common Expression Language (CEL).

CEL has no loops, no state and no way out of its expression. Of its library only arithmetic, comparison, logic and the
choice are let in, and none of the macros, so that the cost is bounded by the length of the text; its compiler, which is
the language's own in C++, checks names and types before anything is computed. It reads 32 levels, which are also 31
terms of a sum; parentheses make more possible.

References:
    https://cel.dev
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

OPERATORS: Final = (
    *("_+_", "_-_", "_*_", "_/_", "-_"),
    *("_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_"),
    *("_&&_", "_||_", "!_", "_?_:_"),
)
COMPILER_ERROR: Final = re.compile(r"ERROR: <input>:-?\d+:(-?\d+): ([^\n]*)")


class WrongFormula(Exception):
    """A formula that cannot be read, uses unknown names, or gives no number."""


def verify(formula: str, names: Iterable[str]) -> None:
    """Make sure that a formula has a finite value, at least where all scores are 0 and where all are 1.

    Raises:
        WrongFormula: it cannot be read, or names something else, or has no finite value there.
    """
    known = tuple(sorted(set(names)))
    for score in (0.0, 1.0):
        value = computed(formula, dict.fromkeys(known, score))
        if not math.isfinite(value):
            raise WrongFormula(f"is not a finite number where all scores are {score:g}")


def computed(formula: str, scores: Mapping[str, float]) -> float:
    """The value of a formula.

    Args:
        formula: in CEL; its numbers have a point, ``math.least(a, b)`` and ``math.greatest(a, b)`` are known.
        scores: name -> score from 0 to 1.

    Raises:
        WrongFormula: it cannot be read, names something else, or is no number.

    Example:
        >>> computed("0.5 * accuracy + 0.5 * math.least(accuracy, gradient)", {"accuracy": 1.0, "gradient": 0.5})
        0.75
    """
    expression = _compiled(formula, tuple(sorted(scores)))
    try:
        value = expression.eval(data=dict(scores)).value()
    except RuntimeError as error:
        raise WrongFormula(str(error)) from None
    if not isinstance(value, float):
        raise WrongFormula(f"gave {str(value)[:100]}, which is no number")
    return value


@lru_cache(maxsize=256)
def _compiled(formula: str, names: tuple[str, ...]) -> Any:
    """The compiled and type-checked expression."""
    from cel_expr_python import cel

    try:
        expression = _environment(names).compile(formula)
    except RuntimeError as error:
        raise WrongFormula(_reason(str(error))) from None
    if expression.return_type() != cel.Type.DOUBLE:
        raise WrongFormula("must be a number, with a point in its constants: 1.0")
    return expression


@lru_cache(maxsize=64)
def _environment(names: tuple[str, ...]) -> Any:
    """The CEL environment of a formula: the operators above, the functions of ``math``, and these names."""
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_math

    functions = "".join(f'\n    - name: "{name}"' for name in OPERATORS)
    config = cel.NewEnvConfigFromYaml(f"stdlib:\n  disable_macros: true\n  include_functions:{functions}\n")
    variables = dict.fromkeys(names, cel.Type.DOUBLE)
    return cel.NewEnv(config=config, variables=variables, extensions=[ext_math.ExtMath()])


def _reason(message: str) -> str:
    """The first error of the compiler, in one line."""
    found = COMPILER_ERROR.search(message)
    column, reason = ("-1", message.split("\n", 1)[0]) if found is None else found.groups()
    mixed = "double" in reason and "int" in reason
    where = "" if column == "-1" else f"at character {column}: "
    return f"{where}{reason[:300]}{'; write whole numbers with a point: 2.0' if mixed else ''}"
