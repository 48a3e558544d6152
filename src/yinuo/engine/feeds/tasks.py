from __future__ import annotations

from procrastinate.contrib.django import app

from yinuo.engine.feeds import actions


@app.periodic(cron="* * * * *")
@app.task(queue="work", name="feeds.place_entries", queueing_lock="feeds.place_entries")
def place_entries(timestamp: int) -> int:
    """Once a minute: what other systems may read since they last asked, of every feed."""
    return actions.place_entries()
