import numpy as np
import xgboost

x = np.random.RandomState(0).normal(size=(40, 3))
y = (x[:, 0] > 0).astype(int)
model = xgboost.XGBClassifier(n_estimators=3, n_jobs=1).fit(x, y)
assert model.score(x, y) > 0.8
repr(model)
