"""Cleans every incoming text, wherever it is typed or pasted."""

from __future__ import annotations

import re
import unicodedata

# Control characters other than tab and line breaks; lone surrogates cannot be stored as UTF-8.
UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Invisible characters that no key types: soft hyphen, direction, joining and order marks, empty letters.
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb]"
)
JOINERS = re.compile("[\u200c\u200d]+")
LONE_VARIATIONS = re.compile("(?:^|(?<=\\s))[\ufe00-\ufe0f]+")
SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]")
LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
VIRAMA = 9


def storable(text: str) -> str:
    """The text as it is stored: composed (NFC), without invisible marks, with plain spaces and line breaks.
    Raises ValueError for what cannot be stored: control characters and half surrogates.
    """
    if UNSTORABLE.search(text):
        raise ValueError("The text contains characters that cannot be stored. Type it again without them.")
    if text.isascii():
        return LINE_ENDS.sub("\n", text)
    text = SPACES.sub(" ", LINE_ENDS.sub("\n", UNSEEN.sub("", text)))
    return unicodedata.normalize("NFC", LONE_VARIATIONS.sub("", JOINERS.sub(_joiner, text)))


def one_line(text: str) -> str:
    """As `storable`, for one-line values: tabs and line breaks become spaces, and the text is stripped."""
    return re.sub(r"[\t\n]+", " ", storable(text)).strip()


def _joiner(found: re.Match[str]) -> str:
    """Keeps joiners that change what is read: within a combined emoji, and between letters that join."""
    text, start, end = found.string, found.start(), found.end()
    before, after = text[start - 1 : start], text[end : end + 1]
    joins = bool(before and after) and not after.isspace() and _joins(before)
    return found[0][0] if joins else ""


def _joins(letter: str) -> bool:
    is_emoji = unicodedata.category(letter) in ("So", "Sk") or "\ufe00" <= letter <= "\ufe0f"
    return is_emoji or unicodedata.bidirectional(letter) == "AL" or unicodedata.combining(letter) == VIRAMA
