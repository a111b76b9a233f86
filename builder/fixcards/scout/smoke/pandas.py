import io

import pandas as pd

frame = pd.read_csv(io.StringIO("day,group,value\n2024-01-01,a,1\n2024-01-02,b,2\n2024-01-03,a,3\n"), parse_dates=["day"])
assert frame.groupby("group")["value"].sum().to_dict() == {"a": 4, "b": 2}
assert len(frame.set_index("day").resample("D")["value"].mean()) == 3
joined = pd.concat([frame, frame]).merge(frame, on="group")
assert "group" in repr(joined) and len(joined.to_json()) > 10
