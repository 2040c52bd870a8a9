"""Where things are: coordinates, postcodes, place names, areas and distances."""
