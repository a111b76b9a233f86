import joblib

assert joblib.Parallel(n_jobs=1)(joblib.delayed(abs)(each) for each in (-1, 2)) == [1, 2]
joblib.dump({"a": 1}, "/tmp/a")
assert joblib.load("/tmp/a") == {"a": 1}
