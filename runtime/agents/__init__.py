"""Agents: participants of teams."""
