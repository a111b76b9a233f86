import lightgbm
import numpy as np

x = np.random.RandomState(0).normal(size=(80, 3))
y = (x[:, 0] > 0).astype(int)
model = lightgbm.LGBMClassifier(n_estimators=3, n_jobs=1, min_child_samples=2).fit(x, y)
assert model.score(x, y) > 0.8
