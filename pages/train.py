"""Train a run: choose feeds, set it up, watch it, see what came out."""

from __future__ import annotations

import streamlit as st

from dga import charts, jobs
from ui import feeding, settings, shell, trained, training


def set_up() -> None:
    """Feeds, settings, start: top to bottom."""
    st.header("Feeds", anchor=False)
    picked = feeding.pick()
    table = feeding.balance(picked)
    if len(table):
        with st.expander("Balance of classes and families", icon=":material/balance:"):
            figure = charts.balance(table)
            st.plotly_chart(figure, key="train_balance_chart", alt="Rows by class and family")
            st.caption("Rows as they stand in the feeds, before duplicates are taken out.")
    st.header("Settings", anchor=False)
    base = settings.pick_base()
    config = settings.form(base)
    st.header("Start", anchor=False)
    training.name_and_start(picked, config, feeding.problem(picked), base)


shell.begin("Train")
st.markdown(
    "Train a network on feeds of benign and generated names. It runs by itself: you can leave "
    "this page, close the tab or restart the server."
)

running = jobs.current()
if running:
    training.live(running)
for job in jobs.unfinished():
    if not job.running():
        training.unfinished(job)
run, own = trained.last_result()
if run and not running:
    if own:
        trained.result(run)
    else:
        with st.expander("The latest run", icon=":material/history:"):
            trained.result(run)

with st.expander("Set up another training") if running else st.container():
    set_up()
