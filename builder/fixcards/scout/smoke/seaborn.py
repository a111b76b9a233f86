import matplotlib

matplotlib.use("Agg")
import pandas as pd
import seaborn as sns

frame = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 1, 4, 3], "c": ["x", "y", "x", "y"]})
sns.scatterplot(data=frame, x="a", y="b", hue="c")
sns.histplot(data=frame, x="a")
sns.boxplot(data=frame, x="c", y="b")
