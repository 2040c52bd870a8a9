"""Whether the directory is alive and ready."""
