"""Areas: named pieces of the map, loaded from GeoJSON, shown with what is in them or serves them."""
