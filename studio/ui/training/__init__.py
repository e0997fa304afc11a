"""The training workspace: data, run and watch, side by side. Imported on the first visit only."""
