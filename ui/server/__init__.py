"""The web server in front of the pages: whom it answers, and how much it takes in."""
