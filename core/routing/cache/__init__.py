"""The cache of answers: whole answers by the exact request, replayed as the events they were made of."""
