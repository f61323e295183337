"""Runs node agents: processes that take queued jobs and have them trained by warm children.

- The way of a job: an :mod:`.agent` takes its workflow from :mod:`service.queue`, gives it to a free slot of its
  :mod:`.pool`, and the :mod:`.slot` claims its row (:mod:`.attempts`). :mod:`.training` (or :mod:`.preflight`) has a
  :mod:`.child` work on it under :mod:`.supervision` and stores what it sends with :mod:`.recording`; after an
  interruption the next attempt goes on from one of its :mod:`.checkpoints`.
- What keeps it going when something dies: :mod:`service.database.transactions` (the database), :mod:`.slot` (a child),
  :mod:`.heartbeat` (an agent), :mod:`.recovery` (anything else); the last two are among the tasks of :mod:`.periodic`.
- :mod:`.healthcheck` tells from outside whether an agent is alive.
"""
