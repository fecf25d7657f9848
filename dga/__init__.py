"""Tell domain names that malware generated (DGA) from names that people chose."""

__version__ = "0.1.0"
