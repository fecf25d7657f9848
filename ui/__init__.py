"""The only code besides `app` and `pages` that knows Streamlit."""
