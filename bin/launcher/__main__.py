"""`python -m launcher COMMAND …`, called by the scripts in bin/."""

import os
import sys
from importlib import import_module

from launcher.refusal import Refusal

COMMANDS = {
    "bench": "bench",
    "demo": "demo",
    "dev": "demo",
    "manage": "manage",
    "test": "testing",
    "provision": "provision",
}


def main(command: str, *arguments: str) -> int:
    """Run one command; a refusal becomes a sentence, never a trace."""
    try:
        run = import_module(f"launcher.{COMMANDS[command]}").run
        return int(run(list(arguments), command=command))
    except Refusal as refusal:
        print(f"{refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("TRUST_SI_TRACE"):
            raise
        print(f"Something unforeseen: {error} ({type(error).__name__}). TRUST_SI_TRACE=1 shows where.", file=sys.stderr)
        return 1


sys.exit(main(*sys.argv[1:]))
