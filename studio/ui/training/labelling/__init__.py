"""The page on which suggested labels are gone through by a person, and saved."""
