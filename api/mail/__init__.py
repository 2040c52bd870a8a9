"""E-mail: written down with the change that asks for it, sent by the worker."""
