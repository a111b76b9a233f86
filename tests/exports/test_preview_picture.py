from __future__ import annotations

import builtins
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from fixcards.errors import FixcardsError
from fixcards.exports import preview_picture
from fixcards.exports.preview_picture import MAX_IN_FOLDER, SIZE, picture, require_pillow
from tests.sites import files

WORDS = ("fixcards", "lantern", "Lantern goes out when the wick is trimmed twice", "Affected: <=1.3", "Fixed in 1.4")


def image(content: bytes) -> Image.Image:
    """Return the picture in black and white: its palette follows from all that is drawn."""
    return Image.open(BytesIO(content)).convert("L").point(lambda value: 255 if value > 100 else 0)


@pytest.mark.parametrize("title", ["Short", "many words " * 40, "w" * 300, "", "Ж ж 中文 \U0001f600"])
def test_no_title_leaves_the_picture(title: str) -> None:
    drawn = image(picture((*WORDS[:2], title, *WORDS[3:])))
    assert drawn.size == SIZE
    background = drawn.getpixel((0, 0))
    right = drawn.crop((SIZE[0] - 60, 0, *SIZE))
    assert right.getcolors() == [(60 * SIZE[1], background)]
    gap = (0, 438, SIZE[0], 450)  # between the title and the lines below it
    assert drawn.crop(gap).getcolors() == [(SIZE[0] * 12, background)]


def test_another_title_gives_another_picture_and_the_same_the_same() -> None:
    assert picture(WORDS) == picture(WORDS)
    assert picture(WORDS) != picture((*WORDS[:2], "Lantern shines", *WORDS[3:]))


def test_a_picture_with_the_same_words_is_drawn_once(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = preview_picture._cached(WORDS)
    monkeypatch.setattr(preview_picture, "picture", lambda words: b"drawn again")
    assert preview_picture._cached(WORDS) == first
    assert preview_picture._cached((*WORDS[:4], "Fixed in 2")) == b"drawn again"
    assert len(list(own_cache.rglob("*.png"))) == 2


def test_the_cache_of_pictures_has_a_limit(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_picture, "picture", lambda words: b"drawn")
    monkeypatch.setattr(preview_picture, "digest", lambda *parts: parts[-1].rjust(16, b"\0"))
    for number in range(MAX_IN_FOLDER + 5):
        preview_picture._cached((*WORDS[:4], str(number)))
    assert len(list(own_cache.rglob("*.png"))) == MAX_IN_FOLDER


def test_there_are_none_unless_the_site_asks_for_them() -> None:
    assert not [path for path in files() if path.endswith(".png")]


def test_without_pillow_the_reader_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name == "PIL":
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(FixcardsError, match=r"pip install 'fixcards\[previews\]'"):
        require_pillow()
