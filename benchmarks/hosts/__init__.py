"""How well infected hosts are found: a simulation with a seed, families held out of it."""
