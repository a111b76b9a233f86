import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x = np.random.RandomState(0).normal(size=(60, 3))
y = (x[:, 0] > 0).astype(int)
train_x, test_x, train_y, test_y = train_test_split(x, y, random_state=0)
assert make_pipeline(StandardScaler(), LogisticRegression()).fit(train_x, train_y).score(test_x, test_y) > 0.7
RandomForestClassifier(n_estimators=3, random_state=0).fit(train_x, train_y).predict(test_x)
