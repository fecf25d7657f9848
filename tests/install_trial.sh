#!/usr/bin/env bash
# Install the package into an empty environment outside the checkout and score there, offline:
# without TensorFlow, scikit-learn or Streamlit, from a wheel under 40 MB. Prints each figure with
# its bar; exit status 1 where one is missed. Usage: tests/install_trial.sh
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
echo "wheel: $((size / 1000000)) MB; bar: under 40"
if [ "$size" -ge 40000000 ]; then
    echo "missed: the wheel is too large" >&2
    exit 1
fi
$pip install "$wheel"
echo "environment: $(du -sm "$work/env" | cut -f1) MiB"

cd "$work"
export HOME="$work/home"
unset DGA_MODELS DGA_DATA DGA_STATE DGA_CACHE PYTHONPATH
"$work/env/bin/python" - "$wheel" "$work/source" <<'TRIAL'
import importlib.util, json, sys, time, zipfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

def offline(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        raise SystemExit(f"missed: the network was used: {event} {arguments}")

def check(what, found, expected):
    print(f"{what}: {found}; bar: {expected}")
    if found != expected:
        raise SystemExit(f"missed: {what}")

sys.addaudithook(offline)
wheel, source = sys.argv[1], Path(sys.argv[2])
names = zipfile.ZipFile(wheel).namelist()
files = {str(p.relative_to(source)) for p in (source / "dga").rglob("*") if p.is_file()}
check("files of the package that the wheel lacks", sorted(files - set(names)), [])
check("graph in the wheel", "dga/shipped/bundle/model.onnx" in names, True)
check("Keras files in the wheel", [name for name in names if name.endswith(".keras")], [])
heavy = ("tensorflow", "keras", "sklearn", "streamlit", "scipy")
check("heavy libraries", [name for name in heavy if importlib.util.find_spec(name)], [])

started = time.perf_counter()
import dga
frame = dga.score(["paypal.com", "xjpwkqzvbnt.ru", "192.0.2.7"])
print(f"import and first scores: {time.perf_counter() - started:.2f} s")
check("imported from the environment", Path(dga.__file__).is_relative_to(sys.prefix), True)
check("dga.score", frame["verdict"].tolist(), ["benign", "dga", ""])
Path("names.txt").write_text("paypal.com\nxjpwkqzvbnt.ru\n")
check("dga.score_file", dga.score_file("names.txt", "verdicts.parquet").dga, 1)

from dga.cli.main import main
with redirect_stdout(StringIO()) as printed:
    status = main(["lookup", "paypal.com", "xjpwkqzvbnt.ru", "--json"])
verdicts = [json.loads(line)["verdict"] for line in printed.getvalue().splitlines()]
check("dga lookup --json", (status, verdicts), (0, ["benign", "dga"]))
check("dga runs", main(["runs"]), 0)
TRIAL
for arguments in --help "lookup paypal.com"; do
    # shellcheck disable=SC2086
    "$work/env/bin/dga" $arguments >"$work/printed"
    echo "dga $arguments: $(head -n 1 "$work/printed")"
done
echo "installed and scored"
