"""Runs code in the database of a program: each line takes code as JSON, and is answered in JSON."""

from __future__ import annotations

import json
import sys
import traceback
from contextlib import redirect_stdout
from io import StringIO

import django


def run(code: str) -> tuple[str, str]:
    printed = StringIO()
    try:
        with redirect_stdout(printed):
            exec(code, {})
    except SystemExit:
        pass  # the code has nothing more to do
    except Exception:
        return "", traceback.format_exc()
    return printed.getvalue(), ""


if __name__ == "__main__":
    django.setup()
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
