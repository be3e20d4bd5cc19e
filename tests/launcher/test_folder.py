"""One launcher a data folder; what is private stays so."""

import os
import stat

import pytest
from launcher.folder import Folder, Held
from launcher.refusal import Refusal


def test_a_second_launcher_is_refused_in_a_sentence(folder):
    folder.hold()
    with pytest.raises(Held, match="already running on"):
        Folder(folder.path).hold()


def test_the_secret_key_is_made_once_and_private(folder):
    key = folder.secret_key()
    assert len(key) >= 50
    assert Folder(folder.path).secret_key() == key
    assert stat.S_IMODE((folder.path / "secret-key").stat().st_mode) == 0o600


def test_the_socket_folder_is_short_and_private(folder, owner):
    sockets = folder.socket_folder(owner)
    assert len(str(sockets)) < 80
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    folder.hold()
    folder.remove_sockets()
    assert not sockets.exists()


def test_a_socket_folder_that_others_may_enter_is_refused(folder, owner):
    folder.socket_folder(owner).chmod(0o777)
    with pytest.raises(Refusal, match="not a private folder"):
        folder.socket_folder(owner)


def test_another_launchers_sockets_are_left_alone(folder, owner):
    sockets = folder.socket_folder(owner)
    folder.remove_sockets()
    assert sockets.exists()
    os.rmdir(sockets)


def test_fresh_forgets_the_data_but_not_the_key(folder):
    key = folder.secret_key()
    (folder.subfolder("files") / "report.pdf").write_text("x")
    (folder.database_home()).mkdir()
    folder.note("schema", "abc")
    folder.clear()
    assert folder.recall("schema") is None
    assert not (folder.path / "files").exists()
    assert not folder.database_home().exists()
    assert folder.secret_key() == key
