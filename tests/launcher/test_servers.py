"""PostgreSQL and Redis, as our launcher starts them."""

import os
import signal
import stat
import subprocess

import psycopg
import pytest
from django.conf import settings
from launcher import binaries, postgres, provision, redis, roles
from launcher.refusal import Refusal

BIN = settings.BASE_DIR / "bin"
WHEELS = sorted(binaries.SITE_PACKAGES.glob("*/pginstall/bin"))


@pytest.fixture(params=["machine", "wheel"])
def programs(request, monkeypatch):
    """Both sources of PostgreSQL, as far as this machine has them."""
    found = WHEELS if request.param == "wheel" else [f for f in binaries._postgres_candidates() if f not in WHEELS]
    if not found:
        pytest.skip(f"no PostgreSQL of the {request.param}")
    monkeypatch.setattr(binaries, "_postgres_candidates", lambda: found)


def test_roles_are_as_the_walls_need_them(programs, folder, children):
    server = postgres.start(folder, children, careless=True)
    for _ in range(2):  # twice: it may be repeated
        roles.provide(server.url(postgres.SUPERUSER, "postgres"))
    with psycopg.connect(server.url(roles.OWNER)) as owner:
        assert owner.execute("show row_security").fetchone() == ("off",)
        attributes = "select rolsuper, rolbypassrls, rolcreatedb, rolcanlogin from pg_roles where rolname = %s"
        assert owner.execute(attributes, [roles.OWNER]).fetchone() == (False, False, True, True)
        assert owner.execute(attributes, [roles.APPLICATION]).fetchone() == (False, False, False, True)
        assert owner.execute(attributes, ["trust_si_app"]).fetchone() == (False, False, False, False)
        assert owner.execute(attributes, [roles.BACKUP]).fetchone() == (False, True, False, True)
        member = "select pg_has_role(%s, 'trust_si_app', 'member')"
        assert owner.execute(member, [roles.APPLICATION]).fetchone() == (True,)
        assert owner.execute(member, [roles.OWNER]).fetchone() == (False,)
        assert owner.execute("show listen_addresses").fetchone() == ("",)
        assert owner.execute("select datcollate from pg_database where datname = 'trust_si'").fetchone() == ("C.UTF-8",)
    socket = server.sockets / ".s.PGSQL.5432"
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700


def test_a_production_server_is_provided_with_passwords(folder, children, monkeypatch, capsys):
    server = postgres.start(folder, children, careless=True)
    monkeypatch.setenv("DATABASE_ADMIN_URL", server.url(postgres.SUPERUSER, "postgres"))
    monkeypatch.setenv("DATABASE_URL", "postgres://trust_si_web:one@db/trust_si")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgres://trust_si_owner:two%21@db/trust_si")
    assert provision.run([], command="provision") == 0
    assert "are there" in capsys.readouterr().out
    with psycopg.connect(server.url(postgres.SUPERUSER, "postgres")) as admin:
        with_password = admin.execute("select rolname from pg_authid where rolpassword like 'SCRAM%' order by 1")
        assert [name for (name,) in with_password] == ["trust_si_owner", "trust_si_web"]
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgres://trust_si_web:one@db/trust_si")
    with pytest.raises(Refusal, match="DATABASE_OWNER_URL must log in as trust_si_owner"):
        provision.run([], command="provision")


def own_databases(folder, children, monkeypatch, *, owner_may):
    """A server with two ordinary logins on a database of one's own, named in the environment."""
    server = postgres.start(folder, children, careless=True)
    with psycopg.connect(server.url(postgres.SUPERUSER, "postgres"), autocommit=True) as admin:
        admin.execute(f"create role anna login createdb {owner_may}")
        admin.execute("create role webb login")
        admin.execute("create database ours owner anna")
    monkeypatch.setenv("DATABASE_URL", server.url("webb", "ours"))
    monkeypatch.setenv("DATABASE_OWNER_URL", server.url("anna", "ours"))
    return server


def test_databases_of_ones_own_are_migrated(folder, children, monkeypatch, tmp_path):
    own_databases(folder, children, monkeypatch, owner_may="createrole")
    command = [BIN / "manage", "--data", tmp_path / "another", "migrate"]
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
        assert done.returncode == 0, done.stderr
    with psycopg.connect(os.environ["DATABASE_URL"]) as application:
        assert application.execute("select count(*) from schools_trust").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("drop table schools_trust")


def test_an_owner_who_may_not_make_roles_is_told_what_to_run(folder, children, monkeypatch):
    server = own_databases(folder, children, monkeypatch, owner_may="nocreaterole")
    with pytest.raises(Refusal) as refused:
        roles.settle(os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"])
    statements = str(refused.value).split(":\n", 1)[1]
    with psycopg.connect(server.url(postgres.SUPERUSER, "postgres"), autocommit=True) as admin:
        admin.execute(statements)
    roles.settle(os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"])


def test_a_login_nobody_knows_is_said(folder, children, monkeypatch):
    server = own_databases(folder, children, monkeypatch, owner_may="createrole")
    with pytest.raises(Refusal, match="“nobody_here”"):
        roles.settle(os.environ["DATABASE_OWNER_URL"], server.url("nobody_here", "ours"))


def test_a_killed_server_comes_back_at_once(folder, children):
    server = postgres.start(folder, children)
    os.kill(server.child.process.pid, signal.SIGKILL)
    server.child.process.wait()
    children.stop()
    again = postgres.start(folder, children)
    psycopg.connect(again.url(postgres.SUPERUSER, "postgres")).close()


@pytest.mark.parametrize("content", ["", "not a number\n", "bystander"])
def test_a_stale_lock_is_removed_and_a_bystander_lives(folder, children, content):
    server = postgres.start(folder, children, careless=True)
    children.stop(server.child)
    with subprocess.Popen(["sleep", "300"]) as bystander:
        lock = folder.database_home() / "data" / "postmaster.pid"
        lock.write_text(f"{bystander.pid}\n" if content == "bystander" else content)
        postgres.start(folder, children, careless=True)
        assert bystander.poll() is None
        bystander.kill()


def test_data_of_a_version_that_is_gone_is_explained(folder, children):
    data = folder.database_home() / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("99\n")
    with pytest.raises(Refusal, match="made by PostgreSQL 99, which is no longer on this machine"):
        postgres.start(folder, children)


def test_redis_answers_on_a_private_socket_only(folder, children, owner):
    address = redis.start(folder, children, folder.socket_folder(owner))
    path = folder.socket_folder(owner) / "redis.sock"
    assert address == f"unix://{path}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
