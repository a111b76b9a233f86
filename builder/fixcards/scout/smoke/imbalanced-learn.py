import numpy as np
from imblearn.over_sampling import SMOTE

x = np.random.RandomState(0).normal(size=(60, 2))
y = np.array([0] * 45 + [1] * 15)
assert (SMOTE(random_state=0).fit_resample(x, y)[1] == 1).sum() == 45
