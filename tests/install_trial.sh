#!/usr/bin/env bash
# Install the package into an empty environment outside the checkout and score there, offline:
# without TensorFlow, scikit-learn or Streamlit, from a wheel under 40 MB. Usage: tests/install_trial.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/source" "$work/home"
git -C "$root" ls-files -z --cached --others --exclude-standard |
    tar -C "$root" --null --files-from=- -cf - | tar -C "$work/source" -xf -
"${PYTHON:-python3}" -m venv "$work/env"
pip="$work/env/bin/pip --quiet --disable-pip-version-check"
$pip wheel --no-deps --wheel-dir "$work/wheel" "$work/source"
wheel=$(ls "$work"/wheel/*.whl)
size=$(stat -c %s "$wheel")
echo "wheel $((size / 1000000)) MB"
[ "$size" -lt 40000000 ]
$pip install "$wheel"

cd "$work"
export HOME="$work/home"
unset DGA_MODELS DGA_DATA PYTHONPATH
"$work/env/bin/dga" --help >"$work/help"
"$work/env/bin/python" - "$wheel" "$work/source" <<'PROOF'
import importlib.util, json, subprocess, sys, time, zipfile
from pathlib import Path

def offline(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        raise SystemExit(f"the network was used: {event} {arguments}")

sys.addaudithook(offline)
wheel, source = sys.argv[1], Path(sys.argv[2])
names = zipfile.ZipFile(wheel).namelist()
files = [path for path in (source / "dga").rglob("*") if path.is_file()]
missing = {str(path.relative_to(source)) for path in files} - set(names)
assert not missing, f"the wheel lacks {sorted(missing)}"
assert "dga/shipped/bundle/model.onnx" in names
assert not [name for name in names if name.endswith(".keras")]
for heavy in ("tensorflow", "keras", "sklearn", "streamlit", "scipy"):
    assert importlib.util.find_spec(heavy) is None, f"{heavy} is installed"

import dga
frame = dga.score(["paypal.com", "xjpwkqzvbnt.ru", "192.0.2.7"])
print(frame[["given", "score", "verdict", "family", "problem"]].to_string())
assert frame["verdict"].tolist() == ["benign", "dga", ""]
print(dga.load(), Path(dga.__file__).parent)

from dga.cli.main import main
assert main(["lookup", "paypal.com", "xjpwkqzvbnt.ru", "--json"]) == 0
assert main(["runs"]) == 0
Path("names.txt").write_text("paypal.com\nxjpwkqzvbnt.ru\n")
assert dga.score_file("names.txt", "verdicts.parquet").dga == 1
PROOF
"$work/env/bin/dga" lookup paypal.com
echo "installed and scored"
