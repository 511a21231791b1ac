"""The catalogue: providers, models, endpoints, voices and prices, read from a snapshot in this process.

Model names, voices, prices and shutdown dates are data: `seed/*.json` is what we ship, the tables hold what
applies here (an admin's edit wins over the seed), the snapshot is what a request reads. A request never
waits for the database: lookups are dictionary reads, a version row tells every process when to load again.
"""
