"""Pictures drawn by rules, and changes to pictures: Pillow and numpy, in worker processes only."""
