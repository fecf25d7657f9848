"""Exports: block lists, tickets, STIX bundles and MISP events."""
