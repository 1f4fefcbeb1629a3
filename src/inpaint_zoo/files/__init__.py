"""Files of any kind: written whole or not at all, hashed, matched by name; JSON that is checked."""
