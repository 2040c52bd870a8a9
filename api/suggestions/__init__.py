"""Suggestions: anyone proposes, a curator decides, and the live entry stays as it is until then."""
