"""The node agent: takes queued jobs and has them trained by warm children.

- The way of a job: :mod:`.queue` (enqueue) → :mod:`.doorbell` and :mod:`.runtime` (take) → :mod:`.pool` → :mod:`.slot`
  → :mod:`.attempt`, which talks with a :mod:`.child` and writes with the :mod:`.ledger`; :mod:`.checkpoints` say
  where it goes on.
- What keeps it going when something dies: :mod:`service.database.transactions` (the database), :mod:`.slot` (a child),
  :mod:`.pulse` and :mod:`.roster` (an agent), :mod:`.warden` and :mod:`.reconciliation` (anything else).
- :mod:`.agent` puts it together; :mod:`.vitals` tells from outside whether one is alive.
"""
