"""Writes grades in the formats of learning platforms and autograders."""
