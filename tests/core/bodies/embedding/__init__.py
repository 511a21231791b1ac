"""The bodies of images and their answers."""
