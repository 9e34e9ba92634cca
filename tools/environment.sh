#!/bin/sh
# Make the virtual environment $1 and install what $2 pins, once per content of $2.
set -eu

venv=$1
requirements=$2
stamp="$venv/.installed-$requirements"

find_python() {
    for name in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Marula needs Python 3.11 or newer. Install it, or say where it is: PYTHON=/path/to/python3.12 make run" >&2
    exit 1
}

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    python=$(find_python)
    echo "Making the environment $venv …"
    rm -rf "${venv:?}"
    if ! "$python" -m venv "$venv"; then
        rm -rf "${venv:?}"
        echo "This Python cannot make environments. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi

hash=$("$venv/bin/python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$requirements")
if [ "$(cat "$stamp" 2>/dev/null || true)" = "$hash" ]; then
    exit 0
fi

echo "Installing the libraries of $requirements; this takes about a minute, once …"
install_with_pip() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --require-hashes -r "$requirements"
}
if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --compile-bytecode --python "$venv/bin/python" --no-deps --require-hashes -r "$requirements" ||
        install_with_pip
else
    install_with_pip
fi
echo "$hash" >"$stamp"
