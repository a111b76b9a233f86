import numpy as np
from scipy import integrate, linalg, optimize, sparse, stats

assert abs(integrate.quad(np.cos, 0, np.pi / 2)[0] - 1) < 1e-8
assert abs(optimize.brentq(lambda x: x * x - 2, 0, 2) - 2**0.5) < 1e-8
assert sparse.csr_matrix(np.eye(3)).nnz == 3
assert linalg.det(np.eye(2)) == 1
assert 0.49 < stats.norm.cdf(0) < 0.51
