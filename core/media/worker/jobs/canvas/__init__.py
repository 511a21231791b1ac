"""Jobs of the model `local/canvas`: pictures drawn by rules, changed by name, varied by chance."""
