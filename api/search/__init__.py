"""Finding entries by words, place, time and kind: one query for list, map, counts and export."""
