"""A small list for the tests of the bulk page: good names, a repeated one, no names."""

ROWS = [
    ("1", "aureola.com"),
    ("2", "xkqz7jw9v2.net"),
    ("3", "localhost"),
    ("4", "=1+1"),
    ("5", "https://xkqz7jw9v2.net/path"),
    ("6", "kzxq77vwj.co.uk"),
]
TABLE = b"id,domain\n" + "".join(f"{i},{name}\n" for i, name in ROWS).encode()
