import altair as alt
import pandas as pd

chart = alt.Chart(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})).mark_bar().encode(x="a:Q", y="b:N")
assert "encoding" in chart.to_dict()
