"""Brings the database and the static files up to what the code expects, and does nothing when they are."""

import hashlib
import time
from collections.abc import Iterable
from pathlib import Path

from launcher.children import Child, Children
from launcher.folder import Folder
from launcher.refusal import Refusal
from launcher.services import PYTHON, ROOT, Services


def prepare(folder: Folder, children: Children, services: Services, env: dict[str, str]) -> None:
    """Migrate as the owner and collect static files, both at once, each only if its sources changed."""
    steps = []
    schema = _fingerprint([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("requirements/run.txt")])
    if not services.own_database or folder.recall("schema") != schema:
        owner_env = {**env, "DATABASE_URL": services.owner_database}
        steps.append(("schema", schema, start_step(folder, children, "migrate", "--no-input", env=owner_env)))
    plain_env = {**env, "DJANGO_SETTINGS_MODULE": "launcher.static_settings", "PYTHONPATH": str(ROOT / "bin")}
    static = _fingerprint([*(ROOT / "static").rglob("*"), *ROOT.glob("requirements/run.txt")])
    if folder.recall("static") != static or not (ROOT / "staticfiles").exists():
        steps.append(("static", static, start_step(folder, children, "collectstatic", "--no-input", env=plain_env)))
    for name, fingerprint, step in steps:
        finish_step(children, step)
        folder.note(name, fingerprint)


def start_step(folder: Folder, children: Children, command: str, *arguments: str, env: dict[str, str]) -> Child:
    """Start a management command beside whatever else runs."""
    return children.start(
        command,
        [PYTHON, "manage.py", command, *arguments],
        log=folder.log(command),
        printed=folder.log(f"{command}.printed"),
        env=env,
        cwd=ROOT,
        may_end=True,
    )


def finish_step(children: Children, step: Child) -> str:
    """Wait for it and return what it printed; Refusal if it failed."""
    while step.process.poll() is None:
        children.check()
        time.sleep(0.02)
    children.stop(step)
    if step.process.returncode:
        raise Refusal(f"The step '{step.name}' failed: {step.last_words(1) or 'it said nothing'}\nMore in {step.log}")
    return step.log.with_name(f"{step.name}.printed.log").read_text()


def _fingerprint(files: Iterable[Path]) -> str:
    """Changes when a file is added, removed or written; reads no content, so it takes milliseconds."""
    facts = sorted(f"{f.relative_to(ROOT)} {f.stat().st_mtime_ns} {f.stat().st_size}" for f in files if f.is_file())
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
