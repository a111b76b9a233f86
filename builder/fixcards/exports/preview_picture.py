"""`preview.png`: the picture that a link to a card shows elsewhere, with its title, what is affected and what fixes it.

It takes Pillow and some hundredths of a second a card, so a site asks for it. Where it doesn't, previews show one
picture for all pages. The font is the one that Pillow brings, so the picture is the same on every machine with the same
Pillow.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from fixcards.build.page import DataFile
from fixcards.cache import cache_folder, digest
from fixcards.errors import FixcardsError
from fixcards.exports.interface import CARD, PREVIEWS, SITE_NAME, CardExport, Inputs
from fixcards.files import atomic_write, make_private

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

FILE_NAME = "preview.png"
SIZE = (1200, 630)
"""Pixels, as https://ogp.me/ readers expect them."""
_MARGIN = 70
_BACKGROUND, _INK, _SOFT, _GOOD = "#1f3a4d", "#ffffff", "#b9cbd8", "#7ddba0"
_MAX_TITLE_LINES = 4
MAX_IN_FOLDER = 64
"""Pictures in each of the 256 folders of the cache: 16,384 in all, some 250 MB."""
_VERSION = b"1"
"""Changes with the look of the picture."""


class PreviewPicture(CardExport):
    """One picture next to the page of each card; none where the site doesn't ask for pictures."""

    inputs = frozenset({CARD, SITE_NAME, PREVIEWS})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the picture, from the cache where one with the same words was made before."""
        if not inputs[PREVIEWS]:
            return
        facts = inputs[CARD]
        card = facts.card
        fixed = f"Fixed in {card.versions.fixed}" if card.versions.fixed else card.fixes[0].title
        words = (inputs[SITE_NAME], card.package, card.title, f"Affected: {card.versions.affected_set}", fixed)
        yield DataFile(f"{facts.path}/{FILE_NAME}", _cached(words))


def _cached(words: tuple[str, str, str, str, str]) -> bytes:
    from PIL import __version__

    name = digest(_VERSION, __version__.encode(), *(word.encode() for word in words)).hex()
    folder = cache_folder("computed", "previews", name[:2])
    path = folder / f"{name}.png"
    try:
        return path.read_bytes()
    except OSError:
        content = picture(words)
    try:
        make_private(folder)
        atomic_write(path, content, mode=0o600)
        by_age = sorted(folder.glob("*.png"), key=lambda each: each.stat().st_mtime_ns)
        for old in by_age[:-MAX_IN_FOLDER]:
            old.unlink(missing_ok=True)
    except OSError:  # a full disk, say, or another process was here: the next build draws it again
        pass
    return content


def picture(words: tuple[str, str, str, str, str]) -> bytes:
    """Return the PNG with the name of the site, a package, a title, and two lines below it."""
    from PIL import Image, ImageDraw

    site_name, package, title, affected, fixed = words
    image = Image.new("RGB", SIZE, _BACKGROUND)
    draw = ImageDraw.Draw(image)
    width = SIZE[0] - 2 * _MARGIN
    draw.text((_MARGIN, 56), package, font=_font(40), fill=_SOFT)
    top = 130
    for line in _lines(title, width, 58, _MAX_TITLE_LINES):
        draw.text((_MARGIN, top), line, font=_font(58), fill=_INK)
        top += 74
    draw.text((_MARGIN, 450), _lines(affected, width, 34, 1)[0], font=_font(34), fill=_SOFT)
    draw.text((_MARGIN, 500), _lines(fixed, width, 34, 1)[0], font=_font(34), fill=_GOOD)
    draw.text((_MARGIN, 560), site_name, font=_font(28), fill=_SOFT)
    file = BytesIO()
    image.quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue()


@lru_cache(maxsize=8)
def _font(size: int) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _lines(text: str, width: int, size: int, most: int) -> list[str]:
    """Return `text` in lines that fit into `width` pixels, `most` of them; dots stand for words that are left."""
    font = _font(size)
    lines = [""]
    for word in text.split():
        candidate = f"{lines[-1]} {word}".strip()
        if font.getlength(candidate) <= width or not lines[-1]:
            lines[-1] = candidate
        else:
            lines.append(word)
    shortened = lines[:most]
    if len(lines) > most:
        shortened[-1] += " ..."
    return [_cut(line, width, size) for line in shortened]


def _cut(line: str, width: int, size: int) -> str:
    """Return a line without the end that does not fit: one word may be wider than the picture."""
    font = _font(size)
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(f"{line}...") > width:
        line = line[:-1]
    return f"{line}..."


def require_pillow() -> None:
    """Raise `FixcardsError` where pictures can't be drawn."""
    try:
        import PIL  # noqa: F401
    except ImportError:
        raise FixcardsError("preview pictures take Pillow: pip install 'fixcards[previews]'") from None
