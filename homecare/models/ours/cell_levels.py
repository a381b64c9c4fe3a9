"""The levels that cells of patients are kept for: a level has 2^level cells a side, a tile of zoom z 8 x 8 of them."""

from __future__ import annotations

# How many levels a tile's cells are finer than the tile.
FINER = 3
# Of zooms 0 to 14.
LEVELS = range(FINER, 18)
# Apart by the conditions: for zooms up to 8, up to 11, and up to 13.
CUBE_LEVELS = (11, 14, 16)
# The finest of what is published; 9.8 km.
PUBLISHED_LEVEL = 12
