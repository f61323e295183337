"""Tests whether a patch cures: pure functions from patches and trainings' ends to a verdict.

- ``patching`` applies a JSON Patch; ``proposal`` makes a spec of the result that may be trained beside the base;
- ``changes`` takes a patched spec apart into what changed independently of each other;
- ``space`` draws the patch of the random control;
- ``judgement`` compares the runs, ``ablation`` says what is to be trained next.
"""
