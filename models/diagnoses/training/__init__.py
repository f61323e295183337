"""Diagnoses of recorded trainings: what was measured before the first step and after."""
