"""Entry point of `streamlit run app.py`.

Imported by the server at its start, it is the web application with what stands in front of it; run
for a session, it routes to the pages. Computes nothing.
"""

from __future__ import annotations

if __name__ == "__main__":
    from ui.common import shell

    shell.route()
else:
    from streamlit import App

    from ui.server import serving

    app = App("app.py", middleware=serving.middleware(), lifespan=serving.lifespan)
