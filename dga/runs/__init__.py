"""Run folders: store, files, notes, trash, archives and reviews."""
