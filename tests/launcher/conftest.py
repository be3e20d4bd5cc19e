"""A data folder of its own for each test, in a path with a space and an accent, and nothing left running."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from launcher.children import Children
from launcher.folder import Folder


@pytest.fixture
def folder():
    # Not pytest's own folder: that is closed to the user as whom root's database runs.
    path = Path(tempfile.mkdtemp(prefix="trust si é "))
    path.chmod(0o711)
    folder = Folder(path)
    yield folder
    folder.hold()
    folder.remove_sockets()
    folder.release()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def children():
    children = Children()
    yield children
    children.stop(patience=3)


@pytest.fixture
def owner():
    """Numeric id of the user who owns the database's files."""
    import pwd

    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()
