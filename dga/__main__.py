"""`python -m dga`."""

from dga.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
