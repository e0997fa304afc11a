"""Windows of their own: new drawing, clean-up, export, settings, shortcuts, about."""
