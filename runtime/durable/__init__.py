"""Durable execution: scopes and keys, steps, waits, history, checkpoints."""
