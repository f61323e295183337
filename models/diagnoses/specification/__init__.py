"""Diagnoses that need nothing but the spec."""
