"""The pictures of the site, made from the demo town; needs Chromium and pdftoppm.

    uv run --group docs python docs/pictures.py
    uv run --group docs python docs/pictures.py --gallery    # thumbnails, after a build of the site

Run it after a change of the pages.
"""

from __future__ import annotations

import base64
import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from weizhan.cli.commands import app
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.words import LANGS

PICTURES = Path(__file__).with_name("pictures")
DAY = ("--date", "2026-09-30")  # of the demo's data
WIDTH = 960
THUMBNAIL = 320
MOST_BYTES = 100_000
COLOURS = (256, 128, 64, 32)
_AT = re.compile(r"(http://\S+/)\?token=([\w-]+)")


def call(*words: object) -> None:
    """Run a command as users do."""
    app([str(word) for word in words], standalone_mode=False)


def shoot(address: str, picture: Path) -> None:
    """Take a picture of a page as a laptop shows it."""
    with TemporaryDirectory() as profile:
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-background-networking", f"--user-data-dir={profile}",
             "--window-size=1366,768", "--virtual-time-budget=15000",
             f"--screenshot={picture}", address],
            check=True, capture_output=True,
        )  # fmt: skip


def keep(picture: Path, name: str, *, width: int = WIDTH) -> None:
    """Keep a picture under its name, small enough for a repository."""
    image = Image.open(picture).convert("RGB")
    image.thumbnail((width, 10_000))
    target = PICTURES / f"{name}.png"
    for colours in COLOURS:
        # Kept by how far apart they are: a legend's colours are few points of a picture.
        kept = image.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        kept.save(target, optimize=True)
        if target.stat().st_size <= MOST_BYTES:
            return
    msg = f"{target} is larger than {MOST_BYTES} bytes"
    raise SystemExit(msg)


def pages(folder: Path) -> None:
    """Make pictures of the pages and of a route sheet, in both languages."""
    town = folder / "town"
    make_demo(town, size="village")
    import_demo_ledgers(town)
    raw = folder / "raw.png"
    for lang in LANGS:
        mark = "" if lang == "zh" else f"-{lang}"
        out, rounds = folder / f"out-{lang}", folder / f"rounds-{lang}"
        call("assess", town, "--out", out, *DAY, "--lang", lang)
        for page in ("committee", "planner"):
            shoot((out / f"{page}.html").as_uri(), raw)
            keep(raw, f"{page}{mark}")
        call("rounds", town, "--kind", "due", "--from", "2026-10-09", "--vehicle", "e_bike",
             "--out", rounds, *DAY, "--lang", lang)  # fmt: skip
        sheet = next(rounds.glob("route-*.pdf"))
        one = ["-singlefile", "-f", "1", "-r", "80", "-png"]
        subprocess.run(["pdftoppm", *one, sheet, raw.with_suffix("")], check=True)
        keep(raw, f"route{mark}", width=560)
        with window(folder, lang) as (start, token):
            shoot(f"{start}town/{town.name}/work?token={token}", raw)
            keep(raw, f"window{mark}")


@contextmanager
def window(folder: Path, lang: str) -> Iterator[tuple[str, str]]:
    """Open the window on a folder of towns; give its first address and its token."""
    words = [sys.executable, "-m", "weizhan.cli", "open", folder, "--no-browser", "--lang", lang]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            told = (_AT.search(line.decode()) for line in server.stdout or ())
            found = next(at for at in told if at)
            yield found[1], found[2]
        finally:
            server.terminate()


def thumbnails(folder: Path) -> None:
    """Make a thumbnail of the first figure or map of each notebook, as the last build ran it."""
    raw, page = folder / "raw.png", folder / "page.html"
    for file in sorted((PICTURES.parent / "zh" / "gallery").glob("*.ipynb")):
        given = [
            output.get("data", {})
            for cell in json.loads(file.read_text("utf-8"))["cells"]
            for output in cell.get("outputs", ())
        ]
        figures = [data["image/png"] for data in given if "image/png" in data]
        if figures:
            raw.write_bytes(base64.b64decode(figures[0]))
        else:
            texts = ("".join(data.get("text/html", "")) for data in given)
            framed = next(said for said in texts if "srcdoc" in said)
            inside = framed.partition('srcdoc="')[2].partition('"></iframe>')[0]
            page.write_text(html.unescape(inside), encoding="utf-8")
            shoot(page.as_uri(), raw)
        keep(raw, f"gallery-{file.stem}", width=THUMBNAIL)


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        thumbnails(Path(made)) if "--gallery" in sys.argv else pages(Path(made))
