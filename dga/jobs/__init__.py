"""Trainings in child processes: start, watch, queue, resume, forecast."""
