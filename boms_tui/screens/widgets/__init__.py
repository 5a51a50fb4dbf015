"""Widgets that draw lines and redraw only what changed."""
