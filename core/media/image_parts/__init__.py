"""The parts of image files: which are pixels, and which say where and with what a photo was taken."""
