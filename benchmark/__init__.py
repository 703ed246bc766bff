"""What a test written in Python stands on; see benchmark.worker. Standard library only."""
