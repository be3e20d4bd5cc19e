"""bin/bench: one measurement on services of its own, gone afterwards. It prints ratios; nothing fails by the clock."""

import os
import tempfile
from pathlib import Path

from launcher.children import Children
from launcher.folder import Folder
from launcher.foreground import run_in_foreground
from launcher.prepare import prepare
from launcher.refusal import Refusal
from launcher.services import PYTHON, ROOT, started

NOT_MEASUREMENTS = {"hello", "make_gias", "make_published"}


def run(arguments: list[str], *, command: str) -> int:
    """Run the measurement and return its exit status."""
    known = sorted(path.stem for path in (ROOT / "bench").glob("*.py") if path.stem not in NOT_MEASUREMENTS)
    if not arguments or arguments[0] not in known:
        raise Refusal(f"Name one of: {', '.join(known)}.")
    with tempfile.TemporaryDirectory(prefix="trust-si-bench-", ignore_cleanup_errors=True) as temporary:
        os.chmod(temporary, 0o711)  # noqa: S103 - root's database runs as another user, who passes through
        folder, children = Folder(Path(temporary)), Children()
        try:
            with started(folder, children) as services:
                env = services.environment(folder, SECURE="0")
                prepare(folder, children, services, env)
                return run_in_foreground([PYTHON, "-m", f"bench.{arguments[0]}", *arguments[1:]], env=env, cwd=ROOT)
        finally:
            children.stop(patience=3)
            folder.remove_sockets()
