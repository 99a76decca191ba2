"""Manifest, snapshot and the loader that is the gate."""
