"""Everything a person touches: pages, map, command line and the app that serves them."""
