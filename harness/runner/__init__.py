"""Starts, feeds, times out and buries the processes that students' code runs in. It judges nothing."""
