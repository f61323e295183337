"""Whether a cure cures: pure functions from patches and the ends of trainings to a verdict.

- ``patching`` applies a JSON Patch; ``proposal`` makes of it a spec that may be trained beside the base;
- ``changes`` takes a patched spec apart into what changed independently of each other;
- ``space`` draws the patch of the random control;
- ``judgement`` compares the runs, ``ablation`` says what is to be trained next.
"""
