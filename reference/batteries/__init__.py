"""The inputs that pages of a family share, each there because some wrong code shows on nothing else."""
