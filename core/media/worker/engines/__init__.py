"""Speech engines, and the texts and word times they take and give."""
