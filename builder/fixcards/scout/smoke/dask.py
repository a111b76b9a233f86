import dask

assert dask.compute(dask.delayed(sum)([dask.delayed(abs)(-1), 2]), scheduler="sync") == (3,)
