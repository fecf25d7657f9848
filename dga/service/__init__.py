"""The HTTP service: score names, find infected hosts in logs and attribute names over a JSON API.

The only package that imports FastAPI. Started by `dga serve`.
"""
