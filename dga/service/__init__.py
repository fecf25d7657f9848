"""The HTTP service: scores names, judges logs and attributes names over a small JSON interface.

The only room that imports FastAPI. `dga serve` starts it.
"""
