"""Score a list: give it, look at it, score it in the background, filter and download the result."""

from __future__ import annotations

from ui import bulk_panels, giving, result_panels, shell

shell.begin("Bulk scoring")
bulk = giving.remembered()
giving.give()
bulk_panels.prepare(bulk)
if job := bulk.job:
    bulk_panels.title(job)
    if job.running:
        bulk_panels.watch(job)
    elif job.error:
        bulk_panels.failed(job.error)
    else:
        result_panels.show(job)
