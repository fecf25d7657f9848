"""What pages share: shell, session, texts, widgets."""
