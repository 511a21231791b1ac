"""What a file is and how it becomes another; C libraries run in worker processes only."""
