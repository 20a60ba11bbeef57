"""Clients of language models. Vendors' SDKs are imported when a client is first used."""
