"""Translators between bytes and values: no tables, no clock, no Flask."""
