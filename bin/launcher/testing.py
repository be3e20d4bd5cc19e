"""bin/test: pytest on a PostgreSQL and a Redis of its own, gone afterwards."""

import os
import tempfile
from pathlib import Path

from launcher.children import Children
from launcher.folder import Folder
from launcher.foreground import run_in_foreground
from launcher.services import PYTHON, ROOT, started


def run(arguments: list[str], *, command: str) -> int:
    """Run pytest with the arguments and return its exit status."""
    with tempfile.TemporaryDirectory(prefix="trust-si-test-", ignore_cleanup_errors=True) as temporary:
        os.chmod(temporary, 0o711)  # noqa: S103 - root's database runs as another user, who passes through
        folder, children = Folder(Path(temporary)), Children()
        try:
            with started(folder, children, careless=True) as services:
                env = services.environment(folder, SECURE="0")  # the tests speak plain http
                pytest = [PYTHON, "-m", "pytest", "-p", "launcher.nothing_skipped", *_spread(arguments), *arguments]
                return run_in_foreground(pytest, env=env, cwd=ROOT)
        finally:
            children.stop(patience=3)
            folder.remove_sockets()


def _spread(arguments: list[str]) -> list[str]:
    """Two processes for a whole run; for one file or test starting a second costs more than it saves."""
    narrow = any(
        a.startswith(("-n", "--numprocesses", "--pdb", "--collect")) or "::" in a or a.endswith(".py")
        for a in arguments
    )
    return [] if narrow else ["-n", "2", "--dist", "loadfile"]
