"""One file a feature: each page asks the same service as its JSON twin and fills its templates."""
