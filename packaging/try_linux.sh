#!/usr/bin/env bash
# Try the layout for Linux as a stranger: unpacked where nothing can be written, under a path with
# spaces and Chinese, as another user, without network and without a home.
#
#   packaging/try_linux.sh build/packaging/weizhan-0.1.0-linux.zip [TEST…]
#
# Needs root, for the other user and the empty network. Tests are those of the doors unless named:
# commands from start to paper. The others ask the same program more.
set -euo pipefail
zip=$(realpath "$1")
shift
root=$(cd "$(dirname "$0")/.." && pwd)
tests=("$@")
[ ${#tests[@]} -gt 0 ] ||
    tests=(tests/cli/test_start.py tests/cli/test_commands.py tests/cli/test_rounds.py
        tests/cli/test_ledgers.py)

place=$(mktemp -d)
trap 'chmod -R u+w "$place"; rm -rf "$place"' EXIT
program="$place/盘 D/程序 (只读)"
mkdir -p "$program" "$place/work 别处" "$place/tmp"
unzip -q "$zip" -d "$program"
cp -r "$root/tests" "$root/pyproject.toml" "$root/README.md" "$place/work 别处"
# What runs tests is no part of the program.
uv pip install -q --target "$place/runner" pytest pytest-xdist hypothesis pypdf \
    --python-version "$(ls "$program"/*/python/lib | sed -n 's/^python//p' | head -1)"
chmod -R a+rX,a-w "$place/盘 D" "$place/runner"
chmod a+rx "$place"
chmod 777 "$place/tmp"
chown -R 65534:65534 "$place/work 别处"

python=$(echo "$program"/*/python/bin/python3)
stranger() {
    (cd "$place/work 别处" && unshare -n setpriv --reuid 65534 --regid 65534 --clear-groups \
        env -i PATH=/usr/bin:/bin TMPDIR="$place/tmp" PYTHONNOUSERSITE=1 PYTHONUTF8=1 \
        PYTHONPATH="$place/runner" "$python" -s "$@")
}

# Everything that our files name is there, but what extras bring.
stranger - <<'PYTHON'
import ast, importlib, warnings
from pathlib import Path
import weizhan.cli

warnings.simplefilter("ignore")
extras = {"distributed", "geoalchemy2", "networkx", "osmnx", "psycopg", "sqlalchemy"}
named = set()
for file in Path(weizhan.cli.__file__).parents[1].rglob("*.py"):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named.add(node.module)
wanted = sorted(name for name in named if name.partition(".")[0] not in extras)
for name in wanted:
    importlib.import_module(name)
print(len(wanted), "modules of others are there")
PYTHON

time stranger -m weizhan.cli demo 示例 --size village
time stranger -m weizhan.cli check 示例
# The extract of Helsinki comes with a package of the developers.
stranger -m pytest -n 2 -q -p no:cacheprovider -c "$place/work 别处/pyproject.toml" \
    -k "not helsinki" "${tests[@]}"
