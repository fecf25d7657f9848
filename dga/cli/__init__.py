"""The command line: parser, commands and rendering. The only part of the core that prints."""
