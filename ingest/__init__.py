"""Outside data in: read, map, check, locate, match, store, report."""
