"""Diagnoses of what was measured, before the first step and after."""
