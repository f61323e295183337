"""How far the diagnoses can be trusted, measured on networks whose state is decided without them.

``training`` trains, ``reference`` says from scores alone which networks are healthy and which suffer, ``judgement``
asks the diagnoses and the published rules of others (``rivals``) about the same records, ``table`` prints. What is
trained: ``development`` (labelled networks from a file), ``healthy`` (an endless list of ordinary configurations),
``operators`` (faults seeded into the healthy ones). ``python -m benchmarks.diagnosis`` runs it all.
"""
