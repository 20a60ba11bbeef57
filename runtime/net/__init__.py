"""The way out: every HTTP request that a tool or an agent makes goes through `egress`."""
