"""Drawing masks: spans of thick lines, directions, glyphs, drawings in steps."""
