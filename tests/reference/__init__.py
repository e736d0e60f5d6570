"""What the tests compare with: the specification's equations in plain NumPy loops, and ways of running a step."""
