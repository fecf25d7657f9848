"""Infected hosts from DNS logs: evidence of names, tests over a host's names, verdicts, reports.

Reads events, scores the names that did not resolve, and gives each host and day one p-value.
Prints nothing, draws nothing.
"""
