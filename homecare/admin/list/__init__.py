"""A list over HTTP: the screen, its conditions, exports, and what a person keeps of it."""
