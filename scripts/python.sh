#!/bin/sh
# Prints a Python that will do: 3.11 or newer, able to make virtual environments. YINUO_PYTHON chooses another one.
set -eu
if [ -n "${YINUO_PYTHON:-}" ]; then
    set -- "$YINUO_PYTHON"
else
    set -- python3.13 python3.12 python3.11 python3 python3.14
fi
for name in "$@"; do
    found=$(command -v "$name" 2>/dev/null) || continue
    # Tried, not only found: a shim may stand for a version that is not there.
    if "$found" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        echo "$found"
        exit 0
    fi
done
cat >&2 <<'TEXT'
错误：没有找到可用的 Python（需要 3.11 或更新，并带 venv）。
  Debian/Ubuntu：apt-get install python3 python3-venv
  macOS：        brew install python@3.12
  已装在别处：   make YINUO_PYTHON=/路径/python3 …
TEXT
exit 1
