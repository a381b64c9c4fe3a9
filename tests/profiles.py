"""Colour profiles made in code, as a phone, a scanner and a print shop put them into pictures."""

from __future__ import annotations

import struct

D50 = (0.9642, 1.0, 0.8249)
# The primaries of Display P3, brought to the white of profiles.
P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def place(point: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + fixed(*point)


def curve(*numbers: float) -> bytes:
    """A power alone, or the five numbers of a curve that begins straight."""
    return b"para\0\0\0\0" + struct.pack(">HH", 0 if len(numbers) == 1 else 3, 0) + fixed(*numbers)


def profile(space: bytes, kind: bytes, between: bytes, tags: dict[bytes, bytes]) -> bytes:
    text = b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, 8, 28) + "Made".encode("utf-16-be")
    tags = {b"desc": text, b"cprt": text, b"wtpt": place(D50)} | tags
    index, content, at = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        index += struct.pack(">4sII", name, at + len(content), len(data))
        content += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", at + len(content), b"\0\0\0\0", 0x04000000, kind, space, between)
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + fixed(*D50) + bytes(48)
    return head + struct.pack(">I", len(tags)) + index + content


def display_p3() -> bytes:
    red, green, blue = (place(point) for point in P3)
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve(*SRGB_CURVE))
    return profile(b"RGB ", b"mntr", b"XYZ ", {b"rXYZ": red, b"gXYZ": green, b"bXYZ": blue} | curves)


def linear_grey() -> bytes:
    """Of a scanner that counts light itself: its middle is far lighter than a screen's."""
    return profile(b"GRAY", b"mntr", b"XYZ ", {b"kTRC": curve(1.0)})


def grey_inks() -> bytes:
    """Four inks, each of which prints a middle grey: nothing that is guessed from their names."""
    straight = bytes(range(256))
    clut = b"".join(bytes((255 if ink == 0 else 128, 128, 128)) for ink in range(16))
    table = (
        b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1) + straight * 4 + clut + straight * 3
    )
    return profile(b"CMYK", b"prtr", b"Lab ", {b"A2B0": table, b"A2B1": table})
