"""The servers from the command line: `python -m app.server hub …` and `python -m app.server headoffice …`."""

import sys
from collections.abc import Sequence
from importlib import import_module

from app.config import speak_anywhere
from app.errors import Refused


def main(arguments: Sequence[str]) -> int:
    """Run the hub of a branch, or head office and its commands; gives the exit status."""
    speak_anywhere()
    try:
        if arguments and arguments[0] == "hub":
            status: int = import_module("app.server.hub").run(arguments[1:])
            return status
        from app.server.headoffice.commands import run

        return run(arguments)
    except Refused as refused:
        from app.words import LANGUAGES, refusal

        for language in LANGUAGES:
            print(refusal(refused, language), file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
