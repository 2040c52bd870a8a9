"""The map: clusters, points and tiles of a search, bounded by the screen."""
