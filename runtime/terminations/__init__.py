"""Conditions that end a team's run."""
