"""Files: written atomically, hashed, matched by name; JSON files that are checked."""
