"""The window: widgets, actions, theme."""
