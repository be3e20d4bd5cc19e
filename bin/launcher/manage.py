"""bin/manage: a management command in the demo's environment, whether the demo runs or not."""

from pathlib import Path

from launcher.children import Children
from launcher.folder import Folder
from launcher.foreground import run_in_foreground
from launcher.prepare import prepare
from launcher.services import PYTHON, ROOT, joined_or_started

# These change the schema, so they log in as its owner; all others as the application.
OWNER_COMMANDS = {"migrate", "flush", "sqlmigrate", "pgtrigger"}
# These need no schema, or bring it about.
UNPREPARED = OWNER_COMMANDS | {"makemigrations", "check", "help", "collectstatic", "showmigrations"}


def run(arguments: list[str], *, command: str) -> int:
    """Run the command and return its exit status."""
    data = ROOT / ".demo"
    if len(arguments) > 1 and arguments[0] == "--data":
        data, arguments = Path(arguments[1]), arguments[2:]
    name = arguments[0] if arguments else "help"
    folder, children = Folder(data), Children()
    try:
        with joined_or_started(folder, children) as services:
            env = services.environment(folder, DEMO="1")
            if name not in UNPREPARED:
                prepare(folder, children, services, env)
            if name in OWNER_COMMANDS:
                env["DATABASE_URL"] = services.owner_database
            return run_in_foreground([PYTHON, "manage.py", *arguments], env=env, cwd=ROOT)
    finally:
        children.stop()
        folder.remove_sockets()
