"""The JSON Schema of a strategy file, made from the same models that read it.

`python -m schools.strategy.json_schema` writes `strategies/schema.json`; a test keeps that file fresh.
Cross-checks (references, reachable levels) are beyond JSON Schema and stay in `checks.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

from .document import Strategy

SCHEMA_FILE = Path(__file__).parents[2] / "strategies" / "schema.json"


def schema_text() -> str:
    """The schema as committed: two spaces, a final newline, the order of the models."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Strategy.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
