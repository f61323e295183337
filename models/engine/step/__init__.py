"""Computes training steps: forward pass, gradient, optimizer and metrics, traced and compiled."""
