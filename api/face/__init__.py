"""The public projection: worked out when an entry is saved, read by every public output."""
