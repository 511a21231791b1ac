"""What every adapter of a vendor promises, tried with a fake of that vendor over real HTTP.

A vendor joins with a module that has its `Vendor` and a line in `vendors.py`.
"""
