"""Everything a person touches: pages, map, command line and the app that serves them."""

import gc

# Python looks for what may be thrown away after each 700 new objects; the modules alone make a million, and
# none of them may. Looking less often, each of our programs starts a seventh sooner.
gc.set_threshold(10_000, 20, 20)
