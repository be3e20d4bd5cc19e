"""The house's sizes, its list of packages, and lists of exceptions in which nothing is stale."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.architecture.acts import ACTS, NO_ACT
from tests.architecture.routes import CONSTANTS, FILLERS, all_routes

ROOT = Path(settings.BASE_DIR)
FILE_LIMIT, FILE_THINK_AGAIN = 400, 250
FUNCTION_LIMIT = 50
TEMPLATE_LIMIT = 200
TESTS_AND_TOOLS = {"tests", "bench", "bin"}

LARGE_FILES: dict[str, str] = {}
"""Source files above the limit, each with the reason."""

LARGE_FUNCTIONS: dict[str, str] = {}
"""`file:function` above the limit, each with the reason."""


def tracked(*patterns: str) -> list[Path]:
    """Files of the repository, new ones too."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in found if (ROOT / name).is_file()]


def source() -> list[Path]:
    """Python we write by hand."""
    return [path for path in tracked("*.py") if "migrations" not in path.parts]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_source_file_is_too_long(say: Callable[[str], None]) -> None:
    sizes = {named(path): lines_of(path) for path in source()}
    think = sorted((size, name) for name, size in sizes.items() if size > FILE_THINK_AGAIN)
    told = ", ".join(f"{name} {size}" for size, name in think)
    say(f"sizes: {len(sizes)} files, {len(think)} above {FILE_THINK_AGAIN}: {told}")
    assert {name for name, size in sizes.items() if size > FILE_LIMIT} == LARGE_FILES.keys()


def test_no_function_is_too_long(say: Callable[[str], None]) -> None:
    sizes = {f"{named(path)}:{name}": size for path in source() for name, size in functions(path)}
    within = sum(size <= 30 for size in sizes.values())
    say(f"sizes: {len(sizes)} functions, {within} within 30 lines, the longest {max(sizes.values())}")
    assert {name for name, size in sizes.items() if size > FUNCTION_LIMIT} == LARGE_FUNCTIONS.keys()


def test_no_template_is_too_long() -> None:
    sizes = {named(path): lines_of(path) for path in tracked("templates")}
    assert sizes
    assert not {name: size for name, size in sizes.items() if size > TEMPLATE_LIMIT}


def test_nothing_is_put_off_in_the_product() -> None:
    """A thing to do later is an issue, not a comment."""
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    kinds = tracked("*.py", "*.html", "*.css", "*.js", "*.toml", "*.txt", "*.sh", "bin", ".ci")
    files = [path for path in kinds if not {"tests", "vendor"} & set(path.parts)]
    found = [
        f"{named(path)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if words.search(line)
    ]
    assert not found


def contracts() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def packages() -> set[str]:
    places = [path.relative_to(ROOT).parts for path in tracked("*/__init__.py")]
    return {parts[0] for parts in places if len(parts) == 2} - TESTS_AND_TOOLS


def test_every_package_is_in_the_import_contract() -> None:
    layers = next(one for one in contracts()["contracts"] if one["name"] == "Apps import downwards only")["layers"]
    assert set(layers) == packages() == set(contracts()["root_packages"])


def test_every_app_is_a_container_of_the_inner_contract() -> None:
    inner = next(one for one in contracts()["contracts"] if one.get("containers"))
    assert set(inner["containers"]) == packages() - {"trust_si"}
    assert inner["exhaustive"]


@pytest.mark.parametrize("table", [FILLERS, CONSTANTS], ids=["FILLERS", "CONSTANTS"])
def test_nothing_is_filled_in_that_no_route_asks_for(table: dict[str, Any]) -> None:
    asked = {name for route in all_routes() for name in route.parameters}
    asked |= {f"{route.name}.{name}" for route in all_routes() for name in route.parameters}
    assert sorted(table.keys() - asked) == []


def test_nothing_is_replayed_that_is_no_route() -> None:
    assert ACTS.keys() | NO_ACT.keys() <= {route.name for route in all_routes()}


def test_every_ignored_rule_says_why() -> None:
    """A `noqa` or `type: ignore` names its rule."""
    bare = re.compile(r"# noqa(?!: [A-Z])|# type: ignore(?!\[)")
    found = [
        f"{named(path)}:{number}"
        for path in source()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if bare.search(line) and path.name != "test_sizes.py"
    ]
    assert not found
