#!/bin/sh
# Opens the window; towns are kept beside this file, or with the user where nothing can be written.
cd "$(dirname "$0")" || exit 1
here=$(pwd)
towns=${1:-$here/towns}
if [ ! -w "$towns" ] && [ $# -eq 0 ]; then
    towns=${HOME:-$(mktemp -d)}/weizhan
fi
mkdir -p "$towns" || exit 1
unset PYTHONHOME PYTHONPATH
export PYTHONNOUSERSITE=1 PYTHONUTF8=1
exec "$here/python/bin/python3" -s -m weizhan.cli open "$towns"
