import numpy as np
import statsmodels.api as sm

x = sm.add_constant(np.arange(10.0))
result = sm.OLS(2 * np.arange(10.0) + 1, x).fit()
assert abs(result.params[1] - 2) < 1e-6
assert "coef" in str(result.summary())
