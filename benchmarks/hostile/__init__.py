"""Hostile inputs, drawn from a seed: none may end in a traceback, a hang or a lost row."""
