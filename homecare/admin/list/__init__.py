"""A list over HTTP: the screen, its conditions, exports, and the person's settings for it."""
