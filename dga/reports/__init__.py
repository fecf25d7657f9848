"""What leaves the workbench: block lists, tickets, STIX bundles and MISP events."""
