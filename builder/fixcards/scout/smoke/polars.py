import polars as pl

frame = pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"]})
assert frame.filter(pl.col("a") > 1).height == 2
assert frame.lazy().select(pl.col("a").sum()).collect().item() == 6
