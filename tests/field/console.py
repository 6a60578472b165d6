"""Run `python -m shared ...` on a console with a code page, as PYTHONIOENCODING sets it."""

import io
import runpy
import sys

if __name__ == "__main__":
    _, page, *command = sys.argv
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        assert isinstance(stream, io.TextIOWrapper)
        stream.reconfigure(encoding=page, errors=errors)
    sys.argv[1:] = command
    runpy.run_module("shared", run_name="__main__", alter_sys=True)
