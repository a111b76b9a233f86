import pyarrow as pa
import pyarrow.parquet as pq

table = pa.table({"a": [1, 2], "b": ["x", None]})
sink = pa.BufferOutputStream()
pq.write_table(table, sink)
assert pq.read_table(pa.BufferReader(sink.getvalue())).equals(table)
