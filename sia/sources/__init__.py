"""Readers of the publishers' own files: one module per publisher, all behind one door."""
