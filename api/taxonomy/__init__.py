"""The words of our taxonomy and the nine kinds, with how many entries each has."""
