#!/bin/sh
# Print the path of a Python 3.13, wherever this machine keeps it.
set -u
is_313() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; }
for candidate in "${PYTHON:-}" python3.13 "$HOME"/.pyenv/versions/3.13*/bin/python "${PYENV_ROOT:-/nonexistent}"/versions/3.13*/bin/python \
  "$(uv python find 3.13 2>/dev/null)" /opt/homebrew/bin/python3.13 /usr/local/bin/python3.13 python3 python; do
  [ -n "$candidate" ] || continue
  found=$(command -v "$candidate" 2>/dev/null) || continue
  if is_313 "$found"; then
    "$found" -c 'import sys; print(sys.executable)'
    exit 0
  fi
done
echo "Python 3.13 was not found. Install it (pyenv install 3.13, uv python install 3.13, or your system's package), or set PYTHON to its path." >&2
exit 1
