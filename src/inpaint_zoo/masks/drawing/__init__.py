"""How masks are drawn: spans of thick lines, directions, glyphs."""
