import io

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.plot([1, 2], [3, 4], label="a")
axes.legend()
stream = io.BytesIO()
figure.savefig(stream, format="png")
assert stream.getvalue().startswith(b"\x89PNG")
plt.close(figure)
