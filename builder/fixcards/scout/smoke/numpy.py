import numpy as np

a = np.arange(6, dtype=np.float64).reshape(2, 3)
assert (a @ a.T).shape == (2, 2)
assert np.linalg.solve(np.eye(2), np.ones(2)).tolist() == [1.0, 1.0]
assert np.random.default_rng(0).normal(size=3).shape == (3,)
