import h5py
import numpy as np

with h5py.File("a", "w", driver="core", backing_store=False) as file:
    file["x"] = np.arange(3)
    assert file["x"][1] == 1
