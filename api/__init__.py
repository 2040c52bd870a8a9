"""The directory itself and its JSON face."""
