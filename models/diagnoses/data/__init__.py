"""Diagnoses of the data set: its columns, targets and rows, whatever network is trained on it."""
