#!/usr/bin/env bash
# Runs the test suite on each supported Python that this machine has, each in an environment of its own below .cache/.
# Arguments go to pytest: tests/each_python.sh -x tests/site
set -euo pipefail
cd "$(dirname "$0")/.."

supported=(3.10 3.11 3.12 3.13 3.14)
plugin=integrations/pytest-fixcards
passed=() failed=() missing=()

# Prints the interpreter of version $1: one on PATH or of pyenv that really starts, since pyenv's shims often don't.
interpreter() {
    local candidate
    while read -r candidate; do
        if [ "$("$candidate" -c 'import ensurepip, sys, venv; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$1" ]; then
            echo "$candidate"
            return
        fi
    done < <(
        type -aP "python$1" python3 python || true
        find "${PYENV_ROOT:-$HOME/.pyenv}/versions" -maxdepth 3 -path "*/$1*/bin/python" 2>/dev/null | sort -V -r
    )
    return 1
}

for version in "${supported[@]}"; do
    if ! python=$(interpreter "$version"); then
        printf '\n==> Python %s: not found\n' "$version"
        missing+=("$version")
        continue
    fi
    printf '\n==> Python %s: %s\n' "$version" "$("$python" -c 'import platform, sys; print(platform.python_version(), sys.executable)')"
    environment=".cache/python$version"
    installed="$environment/installed"
    if [ ! -e "$installed" ] || [ -n "$(find pyproject.toml constraints.txt "$plugin/pyproject.toml" -newer "$installed")" ]; then
        "$python" -m venv --clear "$environment"
        "$environment/bin/python" -m pip install --quiet --disable-pip-version-check \
            --constraint constraints.txt --editable '.[test]' --editable "$plugin"
        touch "$installed"
    fi
    if "$environment/bin/python" -m pytest -n logical --dist worksteal "$@"; then
        passed+=("$version")
    else
        failed+=("$version")
    fi
done

printf '\nPassed on: %s\nFailed on: %s\nNot found: %s\n' "${passed[*]:-none}" "${failed[*]:-none}" "${missing[*]:-none}"
[ "${#failed[@]}" -eq 0 ] && [ "${#passed[@]}" -gt 0 ]
