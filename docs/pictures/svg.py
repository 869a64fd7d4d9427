#!/usr/bin/env python3
"""Makes an SVG that needs nothing from elsewhere, of what a terminal shows or of a page.

svg.py terminal COMMAND TEXT SVG | svg.py page HTML SVG
"""
import html
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata

WIDTH = 860
# What GitHub's pages look like, in few words.
STYLE = """
.page { font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", Helvetica, Arial, sans-serif;
  color: #1f2328; background: #fff; border: 1px solid #d1d9e0; border-radius: 6px; padding: 16px 20px; }
.page h1, .page h2, .page h3 { margin: 0 0 12px; line-height: 1.25; font-size: 18px; }
.page p, .page ul, .page table, .page details { margin: 0 0 12px; }
.page ul { padding-left: 24px; }
.page table { border-collapse: collapse; }
.page td:first-child, .page td:last-child { white-space: nowrap; }
.page th, .page td { border: 1px solid #d1d9e0; padding: 5px 10px; text-align: left; }
.page tr:nth-child(2n) { background: #f6f8fa; }
.page code { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono CJK SC", monospace;
  background: #818b981f; border-radius: 6px; padding: 2px 5px; }
.page pre { background: #f6f8fa; border-radius: 6px; padding: 12px; margin: 0 0 12px; }
.page pre code { background: none; padding: 0; }
.page > :last-child { margin-bottom: 0; }
@media (prefers-color-scheme: dark) {
  .page { color: #f0f6fc; background: #0d1117; border-color: #3d444d; }
  .page th, .page td { border-color: #3d444d; }
  .page tr:nth-child(2n), .page pre { background: #151b23; }
}
"""


# The sixteen colours of a terminal, as far as they are used, and how the palette shows them.
TONES = {"1": "strong", "2": "faint", "31": "bad", "32": "good", "33": "changed", "36": "hint"}
TERMINAL = """
.window { fill: #1c2128; }
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace;
  fill: #d1d7e0; white-space: pre; }
.strong { font-weight: bold; } .faint { fill: #8b949e; }
.bad { fill: #f47067; } .good { fill: #8ddb8c; } .changed { fill: #daaa3f; } .hint { fill: #6cb6ff; }
"""
COLUMN, LINE, MARGIN = 8.43, 20, 16


def cells(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def spans(line):
    """Splits a line into what is shown alike: its column, its classes, its text."""
    column, tones = 0, set()
    for code, text in re.findall(r"\x1b\[([\d;]*)m|([^\x1b]+)", line):
        if text:
            # A browser fits each run to its columns, whatever font it has.
            for run in re.findall(r"\s+|[^\s]+", text):
                if not run.isspace():
                    yield column, " ".join(sorted(tones)), run
                column += cells(run)
        elif code in ("", "0"):
            tones = set()
        else:
            tones |= {TONES[one] for one in code.split(";")}


def terminal(command, text, out):
    lines = ["\x1b[1m$ " + command, *pathlib.Path(text).read_text().rstrip("\n").split("\n")]
    width = max(cells(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines) * COLUMN + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    shown = [
        f'<text class="{tones}" x="{MARGIN + column * COLUMN:.1f}" y="{MARGIN + row * LINE + 14}" '
        f'textLength="{cells(run) * COLUMN:.1f}" lengthAdjust="spacingAndGlyphs">{html.escape(run)}</text>'
        for row, line in enumerate(lines)
        for column, tones, run in spans(line)
    ]
    pathlib.Path(out).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" viewBox="0 0 {width:.0f} {height}">\n'
        f"<style>{TERMINAL}</style>\n"
        f'<rect class="window" width="100%" height="100%" rx="8"/>\n' + "\n".join(shown) + "\n</svg>\n"
    )


def page(source, out):
    body = pathlib.Path(source).read_text()
    # An SVG is XML.
    body = re.sub(r"<(br|hr|img)([^>/]*)>", r"<\1\2/>", body)
    body = re.sub(r"&(?!amp;|lt;|gt;|quot;|#)(\w+);", lambda name: html.unescape(name[0]), body)
    div = f'<div xmlns="http://www.w3.org/1999/xhtml" class="page">{body}</div>'
    height = height_of(div)
    pathlib.Path(out).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">\n'
        f"<style>{STYLE}</style>\n"
        f'<foreignObject width="{WIDTH}" height="{height}">{div}</foreignObject>\n</svg>\n'
    )


def height_of(div):
    """Asks a browser how high it is."""
    measure = "document.title = document.querySelector('.page').offsetHeight"
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "page.html")
        path.write_text(
            f'<!doctype html><meta charset="utf-8"><style>body {{ margin: 0; width: {WIDTH}px }} {STYLE}</style>'
            f"<body>{div}<script>{measure}</script>"
        )
        shown = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/chromium",
             "--dump-dom", path.as_uri()],
            check=True, capture_output=True, text=True,
        ).stdout
    return int(re.search(r"<title>(\d+)</title>", shown)[1]) + 1


{"terminal": terminal, "page": page}[sys.argv[1]](*sys.argv[2:])
