"""What a finished run was and what it is worth, as one page that needs nothing else."""
