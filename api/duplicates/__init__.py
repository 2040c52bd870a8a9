"""Duplicates: which entries may be one, merging them, and remembering that they are not."""
